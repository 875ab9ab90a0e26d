// Answers of an imported Python service know no account. They are listed, searched and found by their chat; without these indexes each such
// question would read every answer of the file.
export const sql = `
CREATE INDEX idx_processed_earlier ON processed_messages (id) WHERE account_id IS NULL;
CREATE INDEX idx_processed_forwarded ON processed_messages (metadata) WHERE account_id IS NULL AND metadata IS NOT NULL;
CREATE INDEX idx_imported_seen ON imported_values (column_name, value) WHERE table_name = 'seen_messages';
`
