// What the reading and contact steps say. Each language is built into a file of its own, so that
// nobody fetches the words of four others.

/**
 * @typedef {{back: string, solved: string, yes: string, no: string, glad: string, sorry: string,
 *   page: string, missing: string, email: string, subject: string, body: string, send: string,
 *   sent: string, unsent: string, badEmail: string, empty: string, contact: string,
 *   elsewhere: string}} PanelWords
 */

/** @type {PanelWords} */
export const en = {
  back: "Back",
  solved: "Did this solve it?",
  yes: "Yes",
  no: "No",
  glad: "Good to hear. Thank you!",
  sorry: "Sorry that it did not help. Write to us, and a person will answer.",
  page: "Open in the help center",
  missing: "The article cannot be shown right now.",
  email: "Your e-mail address",
  subject: "Subject",
  body: "Message",
  send: "Send",
  sent: "Thank you. We have your message and will answer by e-mail.",
  unsent: "The message was not sent. Please try again, or use the link below.",
  badEmail: "Enter an e-mail address such as name@example.com, so that we can answer.",
  empty: "Please fill this in.",
  contact: "Contact a person",
  elsewhere: "Contact us another way",
};

/** @type {PanelWords} */
export const ko = {
  back: "뒤로",
  solved: "문제가 해결되었나요?",
  yes: "예",
  no: "아니요",
  glad: "도움이 되어 기쁩니다. 감사합니다!",
  sorry: "도움이 되지 못해 죄송합니다. 문의를 남겨 주시면 상담원이 답변해 드립니다.",
  page: "고객센터에서 보기",
  missing: "지금은 문서를 표시할 수 없습니다.",
  email: "이메일 주소",
  subject: "제목",
  body: "문의 내용",
  send: "보내기",
  sent: "문의해 주셔서 감사합니다. 이메일로 답변해 드리겠습니다.",
  unsent: "문의가 접수되지 않았습니다. 다시 시도하거나 아래 링크를 이용해 주세요.",
  badEmail: "답변을 받으실 이메일 주소를 name@example.com 형식으로 입력해 주세요.",
  empty: "내용을 입력해 주세요.",
  contact: "상담원에게 문의하기",
  elsewhere: "다른 방법으로 문의하기",
};

/** @type {PanelWords} */
export const ja = {
  back: "戻る",
  solved: "これで解決しましたか？",
  yes: "はい",
  no: "いいえ",
  glad: "お役に立ててよかったです。ありがとうございます。",
  sorry: "お役に立てず申し訳ありません。お問い合わせいただければ、担当者がお答えします。",
  page: "ヘルプセンターで開く",
  missing: "ただいま記事を表示できません。",
  email: "メールアドレス",
  subject: "件名",
  body: "お問い合わせ内容",
  send: "送信する",
  sent: "お問い合わせありがとうございます。メールでご返信いたします。",
  unsent: "送信できませんでした。もう一度お試しいただくか、下のリンクをご利用ください。",
  badEmail: "返信をお送りできるよう、name@example.com のようなメールアドレスをご入力ください。",
  empty: "ご入力ください。",
  contact: "担当者に問い合わせる",
  elsewhere: "別の方法で問い合わせる",
};

/** @type {PanelWords} */
export const zh = {
  back: "返回",
  solved: "问题解决了吗？",
  yes: "是",
  no: "否",
  glad: "很高兴能帮到您，谢谢！",
  sorry: "抱歉没能帮到您。请给我们留言，客服人员会回复您。",
  page: "在帮助中心打开",
  missing: "暂时无法显示这篇文章。",
  email: "您的邮箱地址",
  subject: "主题",
  body: "留言内容",
  send: "发送",
  sent: "感谢您的留言，我们会通过邮件回复您。",
  unsent: "留言未能发送。请重试，或使用下面的链接。",
  badEmail: "请输入邮箱地址（例如 name@example.com），以便我们回复您。",
  empty: "请填写此项。",
  contact: "联系人工客服",
  elsewhere: "用其他方式联系我们",
};

/** @type {PanelWords} */
export const zhHant = {
  back: "返回",
  solved: "問題解決了嗎？",
  yes: "是",
  no: "否",
  glad: "很高興能幫上忙，謝謝您！",
  sorry: "抱歉沒能幫上忙。請留言給我們，客服人員會回覆您。",
  page: "在說明中心開啟",
  missing: "目前無法顯示這篇文章。",
  email: "您的電子郵件地址",
  subject: "主旨",
  body: "留言內容",
  send: "送出",
  sent: "感謝您的留言，我們會以電子郵件回覆您。",
  unsent: "留言未能送出。請再試一次，或使用下方的連結。",
  badEmail: "請輸入電子郵件地址（例如 name@example.com），以便我們回覆您。",
  empty: "請填寫此欄位。",
  contact: "聯絡客服人員",
  elsewhere: "以其他方式聯絡我們",
};
