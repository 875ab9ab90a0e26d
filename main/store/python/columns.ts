/** Every column that any generation of the Python service's tables had. */
export const KNOWN_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  chats: ['chat_jid', 'chat_name', 'is_manual', 'last_synced', 'added_at', 'last_message_time', 'message_count'],
  bot_chat_assignments: [
    'id',
    'bot_name',
    'chat_jid',
    'enabled',
    'running',
    'created_at',
    'answer_owner_messages',
    'context_message_count',
    'response_chat_jid',
    'source_device_id',
    'target_device_id',
  ],
  processed_messages: ['message_id', 'bot_name', 'original_text', 'response_text', 'metadata', 'processed_at'],
  seen_messages: ['message_id', 'media_type', 'chat_jid', 'seen_at'],
  inbound_observations: ['media_type', 'last_seen_at', 'last_chat_jid', 'last_sender', 'total_count'],
}
/** Tables that mean nothing to us: their rows are kept only for the way back. */
export const KEPT_TABLES = ['seen_messages', 'inbound_observations'] as const
