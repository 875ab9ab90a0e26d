// Loaded with --import before anything else: the program as its next version would be, with one migration more.
import { type Migration, migrations } from '../../main/store/migrations/index.ts'

const next = Math.max(...migrations.map(({ version }) => version)) + 1
const list = migrations as Migration[]
list.push({
  version: next,
  name: 'soak',
  sql: `CREATE TABLE soak (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
    INSERT INTO soak (id, note) SELECT id, text FROM messages WHERE text IS NOT NULL;
    UPDATE messages SET text = text || ' again';
    CREATE INDEX soak_note ON soak (note)`,
})
