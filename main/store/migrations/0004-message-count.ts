// A chat that was imported kept the number of messages that its file had counted, and showed it as if they were here. The column counts what is stored
// from now on; what the file had counted beyond that goes where the other values of such files are, for the way back.
const STORED = '(SELECT count(*) FROM messages m WHERE m.chat_id = chats.id)'

export const sql = `
INSERT OR IGNORE INTO imported_values (table_name, row_id, column_name, value)
  SELECT 'chats', id, 'message_count', message_count - ${STORED} FROM chats
  WHERE typeof(message_count) = 'integer' AND message_count > ${STORED};
UPDATE chats SET message_count = ${STORED} WHERE message_count IS NOT ${STORED};
`
