/** What scripts/build_widget puts into v1.js. */
declare const VERSION: string;
declare const HASHES: string;
declare const MODULE: string;
