// What is said of a list. Each language is built into a file of its own, which comes with the first
// sign of interest.

/**
 * @typedef {{list: string, one?: string, other: string, none: string, unsure: string,
 *   offers: string, failed: string}} SpokenWords
 */

/** @type {SpokenWords} */
export const en = {
  list: "Suggestions",
  one: "1 suggestion",
  other: "{count} suggestions",
  none: "No good answer found. You can ask a person.",
  unsure: "Nothing certain yet: type on, or ask a person.",
  offers: "These articles may answer it:",
  failed: "Suggestions are not available right now.",
};

/** @type {SpokenWords} */
export const ko = {
  list: "추천 답변",
  other: "추천 답변 {count}개",
  none: "알맞은 답변을 찾지 못했습니다. 상담원에게 문의하실 수 있습니다.",
  unsure: "아직 확실한 답변이 없습니다. 계속 입력하거나 상담원에게 문의해 주세요.",
  offers: "이 문서에 답이 있을 수 있어요:",
  failed: "지금은 추천 답변을 불러올 수 없습니다.",
};

/** @type {SpokenWords} */
export const ja = {
  list: "回答の候補",
  other: "候補 {count} 件",
  none: "適切な回答が見つかりませんでした。担当者にお問い合わせいただけます。",
  unsure: "まだ確かな回答はありません。続けて入力するか、担当者にお問い合わせください。",
  offers: "こちらの記事で解決するかもしれません：",
  failed: "ただいま候補を表示できません。",
};

/** @type {SpokenWords} */
export const zh = {
  list: "建议的答案",
  other: "{count} 条建议",
  none: "没有找到合适的答案，您可以联系人工客服。",
  unsure: "还没有确定的答案，请继续输入，或联系人工客服。",
  offers: "以下文章也许能解答您的问题：",
  failed: "暂时无法显示建议。",
};

/** @type {SpokenWords} */
export const zhHant = {
  list: "建議的答案",
  other: "{count} 則建議",
  none: "沒有找到合適的答案，您可以聯絡客服人員。",
  unsure: "還沒有確定的答案，請繼續輸入，或聯絡客服人員。",
  offers: "以下文章也許能解答您的問題：",
  failed: "目前無法顯示建議。",
};
