// What the widget says, in the languages it speaks by itself. Other languages, and other words,
// come from the host page (the `words` attribute).

/**
 * @typedef {import("./suggestions.js").Words & {ask: string, help: string, list: string,
 *   close: string, offers?: string}} WidgetWords
 */

/** @type {Record<string, WidgetWords>} */
const WORDS = {
  en: {
    ask: "Describe your question",
    help: "How can we help?",
    list: "Suggestions",
    one: "1 suggestion",
    other: "{count} suggestions",
    none: "No good answer found. You can ask a person.",
    unsure: "Nothing certain yet: type on, or ask a person.",
    failed: "Suggestions are not available right now.",
    contact: "Contact a person",
    close: "Close",
  },
  ko: {
    ask: "궁금한 점을 입력해 주세요",
    help: "무엇을 도와드릴까요?",
    list: "추천 답변",
    other: "추천 답변 {count}개",
    none: "알맞은 답변을 찾지 못했습니다. 상담원에게 문의하실 수 있습니다.",
    unsure: "아직 확실한 답변이 없습니다. 계속 입력하거나 상담원에게 문의해 주세요.",
    failed: "지금은 추천 답변을 불러올 수 없습니다.",
    contact: "상담원에게 문의하기",
    close: "닫기",
  },
  ja: {
    ask: "ご質問を入力してください",
    help: "どのようなことでお困りですか？",
    list: "回答の候補",
    other: "候補 {count} 件",
    none: "適切な回答が見つかりませんでした。担当者にお問い合わせいただけます。",
    unsure: "まだ確かな回答はありません。続けて入力するか、担当者にお問い合わせください。",
    failed: "ただいま候補を表示できません。",
    contact: "担当者に問い合わせる",
    close: "閉じる",
  },
  zh: {
    ask: "请描述您的问题",
    help: "有什么可以帮您？",
    list: "建议的答案",
    other: "{count} 条建议",
    none: "没有找到合适的答案，您可以联系人工客服。",
    unsure: "还没有确定的答案，请继续输入，或联系人工客服。",
    failed: "暂时无法显示建议。",
    contact: "联系人工客服",
    close: "关闭",
  },
  "zh-Hant": {
    ask: "請描述您的問題",
    help: "有什麼可以幫您？",
    list: "建議的答案",
    other: "{count} 則建議",
    none: "沒有找到合適的答案，您可以聯絡客服人員。",
    unsure: "還沒有確定的答案，請繼續輸入，或聯絡客服人員。",
    failed: "目前無法顯示建議。",
    contact: "聯絡客服人員",
    close: "關閉",
  },
};

/**
 * The language, of those the widget speaks by itself, that is nearest to a tag; English where none is.
 * @param {string} tag
 * @returns {string}
 */
export function chooseLanguage(tag) {
  if (/^zh-(hant|tw|hk|mo)/i.test(tag)) return "zh-Hant";
  const language = tag.split("-")[0].toLowerCase();
  return Object.hasOwn(WORDS, language) ? language : "en";
}

/** @param {string} tag @returns {WidgetWords} */
export function widgetWords(tag) {
  return WORDS[chooseLanguage(tag)];
}
