// What the widget says by itself while it draws, in the languages it speaks; spoken-words.js has the
// rest. Other languages, and other words, come from the host page (the `words` attribute).

import { FIRST_WORDS, chooseLanguage } from "./first-words.js";

/**
 * @typedef {{contact: string, failed: string}} CoreWords
 * @typedef {CoreWords & {ask: string, help: string, list?: string, offers?: string,
 *   close?: string}} WidgetWords
 */

/** @type {Record<string, [contact: string, failed: string]>} */
const WORDS = {
  en: ["Contact a person", "Suggestions are not available right now."],
  ko: ["상담원에게 문의하기", "지금은 추천 답변을 불러올 수 없습니다."],
  ja: ["担当者に問い合わせる", "ただいま候補を表示できません。"],
  zh: ["联系人工客服", "暂时无法显示建议。"],
  "zh-Hant": ["聯絡客服人員", "目前無法顯示建議。"],
};

/** @param {string} tag @returns {WidgetWords} */
export function widgetWords(tag) {
  const language = chooseLanguage(tag);
  const [ask, help] = FIRST_WORDS[language];
  const [contact, failed] = WORDS[language];
  return { ask, help, contact, failed };
}
