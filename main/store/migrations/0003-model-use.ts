// What was spent on the model, so that a budget holds across restarts and crashes. Counts only: no text, no address.
// No foreign key: the row of a whole day belongs to no chat. The rows of a chat that is deleted go with it (chat-removal.ts).
export const sql = `
CREATE TABLE model_use (
  day TEXT NOT NULL,                     -- YYYY-MM-DD by this computer's clock and time zone
  chat_id INTEGER NOT NULL,              -- chats.id; 0: everything of that day together
  bot_name TEXT NOT NULL,                -- '' where chat_id is 0
  calls INTEGER NOT NULL DEFAULT 0,      -- counted before each call, so that a crash makes none free
  characters INTEGER NOT NULL DEFAULT 0, -- UTF-16 units of prompts and answers
  told INTEGER NOT NULL DEFAULT 0,       -- the owner was told that this budget is used up
  PRIMARY KEY (day, chat_id, bot_name)
) STRICT, WITHOUT ROWID;
`
