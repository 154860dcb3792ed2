// What the widget says before anybody has asked anything, in the languages it speaks by itself.

/** @type {Record<string, [ask: string, help: string]>} */
export const FIRST_WORDS = {
  en: ["Describe your question", "How can we help?"],
  ko: ["궁금한 점을 입력해 주세요", "무엇을 도와드릴까요?"],
  ja: ["ご質問を入力してください", "どのようなことでお困りですか？"],
  zh: ["请描述您的问题", "有什么可以帮您？"],
  "zh-Hant": ["請描述您的問題", "有什麼可以幫您？"],
};

/**
 * The language, of those the widget speaks by itself, that is nearest to a tag; English where none is.
 * @param {string} tag
 * @returns {string}
 */
export function chooseLanguage(tag) {
  if (/^zh-(hant|tw|hk|mo)/i.test(tag)) return "zh-Hant";
  const language = tag.split("-")[0].toLowerCase();
  return Object.hasOwn(FIRST_WORDS, language) ? language : "en";
}
