// What is said around an article that is read in place. Each language is built into a file of its own,
// so that nobody fetches the words of four others.

/** @typedef {Record<"back" | "solved" | "yes" | "no" | "glad" | "sorry" | "page" | "missing", string>} ReadWords */

/** @type {ReadWords} */
export const en = {
  back: "Back",
  solved: "Did this solve it?",
  yes: "Yes",
  no: "No",
  glad: "Good to hear. Thank you!",
  sorry: "Sorry that it did not help. Write to us, and a person will answer.",
  page: "Open in the help center",
  missing: "The article cannot be shown right now.",
};

/** @type {ReadWords} */
export const ko = {
  back: "뒤로",
  solved: "문제가 해결되었나요?",
  yes: "예",
  no: "아니요",
  glad: "도움이 되어 기쁩니다. 감사합니다!",
  sorry: "도움이 되지 못해 죄송합니다. 문의를 남겨 주시면 상담원이 답변해 드립니다.",
  page: "고객센터에서 보기",
  missing: "지금은 문서를 표시할 수 없습니다.",
};

/** @type {ReadWords} */
export const ja = {
  back: "戻る",
  solved: "これで解決しましたか？",
  yes: "はい",
  no: "いいえ",
  glad: "お役に立ててよかったです。ありがとうございます。",
  sorry: "お役に立てず申し訳ありません。お問い合わせいただければ、担当者がお答えします。",
  page: "ヘルプセンターで開く",
  missing: "ただいま記事を表示できません。",
};

/** @type {ReadWords} */
export const zh = {
  back: "返回",
  solved: "问题解决了吗？",
  yes: "是",
  no: "否",
  glad: "很高兴能帮到您，谢谢！",
  sorry: "抱歉没能帮到您。请给我们留言，客服人员会回复您。",
  page: "在帮助中心打开",
  missing: "暂时无法显示这篇文章。",
};

/** @type {ReadWords} */
export const zhHant = {
  back: "返回",
  solved: "問題解決了嗎？",
  yes: "是",
  no: "否",
  glad: "很高興能幫上忙，謝謝您！",
  sorry: "抱歉沒能幫上忙。請留言給我們，客服人員會回覆您。",
  page: "在說明中心開啟",
  missing: "目前無法顯示這篇文章。",
};
