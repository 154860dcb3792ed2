// What the form says by which one writes to a person. Each language is built into a file of its own.

/** @typedef {Record<"back" | "email" | "subject" | "body" | "send" | "sent" | "unsent" | "badEmail" | "empty" | "elsewhere" |
 *   "along" | "page" | "asked" | "read" | "rejected" | "remove" | "removed", string>} WriteWords */

/** @type {WriteWords} */
export const en = {
  back: "Back",
  email: "Your e-mail address",
  subject: "Subject",
  body: "Message",
  send: "Send",
  sent: "Thank you. We have your message and will answer by e-mail.",
  unsent: "The message may not have been sent. Please try again, or use the link below.",
  badEmail: "Enter an e-mail address such as name@example.com, so that we can answer.",
  empty: "Please fill this in.",
  elsewhere: "Contact us another way",
  along: "Sent along",
  page: "This page: ",
  asked: "You have searched for: ",
  read: "You have read: ",
  rejected: "This did not help: ",
  remove: "Remove",
  removed: "Removed",
};

/** @type {WriteWords} */
export const ko = {
  back: "뒤로",
  email: "이메일 주소",
  subject: "제목",
  body: "문의 내용",
  send: "보내기",
  sent: "문의해 주셔서 감사합니다. 이메일로 답변해 드리겠습니다.",
  unsent: "문의가 접수되었는지 확인하지 못했습니다. 다시 시도하거나 아래 링크를 이용해 주세요.",
  badEmail: "답변을 받으실 이메일 주소를 name@example.com 형식으로 입력해 주세요.",
  empty: "내용을 입력해 주세요.",
  elsewhere: "다른 방법으로 문의하기",
  along: "함께 전달되는 내용",
  page: "현재 페이지: ",
  asked: "검색한 내용: ",
  read: "읽으신 문서: ",
  rejected: "도움이 되지 않은 문서: ",
  remove: "제외",
  removed: "제외했습니다",
};

/** @type {WriteWords} */
export const ja = {
  back: "戻る",
  email: "メールアドレス",
  subject: "件名",
  body: "お問い合わせ内容",
  send: "送信する",
  sent: "お問い合わせありがとうございます。メールでご返信いたします。",
  unsent: "送信を確認できませんでした。もう一度送信するか、下のリンクをご利用ください。",
  badEmail: "返信のため、name@example.com のようなメールアドレスをご入力ください。",
  empty: "ご入力ください。",
  elsewhere: "別の方法で問い合わせる",
  along: "一緒に送信される情報",
  page: "このページ：",
  asked: "検索した言葉：",
  read: "ご覧になった記事：",
  rejected: "解決しなかった記事：",
  remove: "外す",
  removed: "外しました",
};

/** @type {WriteWords} */
export const zh = {
  back: "返回",
  email: "您的邮箱地址",
  subject: "主题",
  body: "留言内容",
  send: "发送",
  sent: "感谢您的留言，我们会通过邮件回复您。",
  unsent: "留言可能未能发送。请重试，或使用下面的链接。",
  badEmail: "请输入邮箱地址（例如 name@example.com），以便我们回复您。",
  empty: "请填写此项。",
  elsewhere: "用其他方式联系我们",
  along: "随留言一并发送",
  page: "当前页面：",
  asked: "您搜索过：",
  read: "您读过的文章：",
  rejected: "没有帮助的文章：",
  remove: "移除",
  removed: "已移除",
};

/** @type {WriteWords} */
export const zhHant = {
  back: "返回",
  email: "您的電子郵件地址",
  subject: "主旨",
  body: "留言內容",
  send: "送出",
  sent: "感謝您的留言，我們會以電子郵件回覆您。",
  unsent: "留言可能未能送出。請再試一次，或使用下方的連結。",
  badEmail: "請輸入電子郵件地址（例如 name@example.com），以便我們回覆您。",
  empty: "請填寫此欄位。",
  elsewhere: "以其他方式聯絡我們",
  along: "隨留言一併送出",
  page: "目前頁面：",
  asked: "您搜尋過：",
  read: "您讀過的文章：",
  rejected: "沒有幫助的文章：",
  remove: "移除",
  removed: "已移除",
};
