// What the widget says before anybody has asked anything, in the languages it speaks by itself.

/** @type {Record<string, string>} */
export const HELP = {
  en: "How can we help?",
  ko: "무엇을 도와드릴까요?",
  ja: "どのようなことでお困りですか？",
  zh: "有什么可以帮您？",
  "zh-Hant": "有什麼可以幫您？",
};

/**
 * The language, of those the widget speaks by itself, that is nearest to a tag; English where none is.
 * @param {string} tag
 * @returns {string}
 */
export function chooseLanguage(tag) {
  if (/^zh-(hant|tw|hk|mo)/i.test(tag)) return "zh-Hant";
  const language = tag.split("-")[0].toLowerCase();
  return Object.hasOwn(HELP, language) ? language : "en";
}
