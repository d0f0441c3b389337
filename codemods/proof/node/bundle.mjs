// node bundle.mjs FOLDER: JSON list of what a push of the functions folder would refuse.
import { refusals } from "./refusals.mjs";

const [folder] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await refusals(folder)));
