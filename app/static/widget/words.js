// What the widget says by itself while it draws, in the languages it speaks; spoken-words.js has the
// rest. Other languages, and other words, come from the host page (the `words` attribute).

import { HELP, chooseLanguage } from "./first-words.js";

/**
 * @typedef {{ask?: string, help: string, contact: string, failed?: string, list?: string,
 *   offers?: string, close?: string}} WidgetWords
 */

/** @type {Record<string, string>} */
const CONTACT = {
  en: "Contact a person",
  ko: "상담원에게 문의하기",
  ja: "担当者に問い合わせる",
  zh: "联系人工客服",
  "zh-Hant": "聯絡客服人員",
};

/** @param {string} tag @returns {WidgetWords} */
export function widgetWords(tag) {
  const language = chooseLanguage(tag);
  return { help: HELP[language], contact: CONTACT[language] };
}
