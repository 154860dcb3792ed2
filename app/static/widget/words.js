// What the widget says by itself while it draws, in the languages it speaks; spoken-words.js has the
// rest. Other languages, and other words, come from the host page (the `words` attribute).

import { FIRST_WORDS, chooseLanguage } from "./first-words.js";

/**
 * @typedef {{contact: string, failed: string, close: string}} CoreWords
 * @typedef {CoreWords & {ask: string, help: string, list?: string, offers?: string}} WidgetWords
 */

/** @type {Record<string, CoreWords>} */
const WORDS = {
  en: { contact: "Contact a person", failed: "Suggestions are not available right now.", close: "Close" },
  ko: { contact: "상담원에게 문의하기", failed: "지금은 추천 답변을 불러올 수 없습니다.", close: "닫기" },
  ja: { contact: "担当者に問い合わせる", failed: "ただいま候補を表示できません。", close: "閉じる" },
  zh: { contact: "联系人工客服", failed: "暂时无法显示建议。", close: "关闭" },
  "zh-Hant": { contact: "聯絡客服人員", failed: "目前無法顯示建議。", close: "關閉" },
};

/** @param {string} tag @returns {WidgetWords} */
export function widgetWords(tag) {
  const language = chooseLanguage(tag);
  const [ask, help] = FIRST_WORDS[language];
  return { ask, help, ...WORDS[language] };
}
