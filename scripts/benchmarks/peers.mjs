// MiniSearch, FlexSearch and Orama, each in a process of its own: node peers.mjs ENGINE ARTICLES.
// Words in any order, the last one unfinished; slips are tried when too little is found, as in Kotae.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const SHOWN = 5;
const SHORTEST_WITH_SLIP = 4;

async function* readArticles(path) {
  for await (const line of createInterface({ input: createReadStream(path, "utf8") })) {
    const { number, title, text } = JSON.parse(line);
    yield { id: number, title, text };
  }
}

const engines = {
  async MiniSearch() {
    const { default: MiniSearch } = await import("minisearch");
    const index = new MiniSearch({ fields: ["title", "text"] });
    const boost = { title: 2 };
    const prefix = (_term, i, terms) => i === terms.length - 1;
    const fuzzy = (term) => (term.length >= SHORTEST_WITH_SLIP ? 1 : false);
    return {
      add: (article) => index.add(article),
      ask(text) {
        let found = index.search(text, { boost, prefix });
        if (found.length < SHOWN) found = index.search(text, { boost, prefix, fuzzy });
        return found.slice(0, SHOWN).map((hit) => hit.id);
      },
    };
  },
  async FlexSearch() {
    const { Document } = (await import("flexsearch")).default;
    const index = new Document({
      document: {
        id: "id",
        index: [{ field: "title", tokenize: "forward" }, { field: "text", tokenize: "forward" }],
      },
    });
    return {
      add: (article) => index.add(article),
      // "suggest" keeps what holds only some of the words; it knows no slips.
      ask(text) {
        const found = index.search(text, { limit: SHOWN, suggest: true });
        return [...new Set(found.flatMap((field) => field.result))].slice(0, SHOWN);
      },
    };
  },
  async Orama() {
    const { create, insert, search } = await import("@orama/orama");
    const index = create({ schema: { title: "string", text: "string" } });
    const boost = { title: 2 };
    const find = async (term, tolerance) =>
      (await search(index, { term, boost, tolerance, limit: SHOWN })).hits;
    return {
      add: ({ id, title, text }) => insert(index, { id: String(id), title, text }),
      async ask(text) {
        let found = await find(text, 0);
        const long = text.split(/\s+/).some((word) => word.length >= SHORTEST_WITH_SLIP);
        if (found.length < SHOWN && long) found = await find(text, 1);
        return found.map((hit) => Number(hit.id));
      },
    };
  },
};

const seconds = ({ user, system }) => (user + system) / 1e6;

async function main([name, path]) {
  const engine = await engines[name]();
  const started = performance.now();
  const before = process.cpuUsage();
  for await (const article of readArticles(path)) await engine.add(article);
  console.log(JSON.stringify({
    build_s: (performance.now() - started) / 1000,
    build_cpu_s: seconds(process.cpuUsage(before)),
  }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { text } = JSON.parse(line);
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const numbers = await engine.ask(text);
    const wallUs = Number(process.hrtime.bigint() - wall) / 1000;
    const spent = process.cpuUsage(cpu);
    console.log(JSON.stringify({ cpu_us: spent.user + spent.system, wall_us: wallUs, numbers }));
  }
}

await main(process.argv.slice(2));
