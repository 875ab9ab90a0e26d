import type { ReasonCode } from '../../preload/contract/codes.ts'

export type { ReasonCode }

/** Why a job was skipped, failed or cancelled, why a chunk ended, and why a bot was stopped: the code is stored, the sentence shown. */
const SENTENCES = {
  // Decided at receipt.
  'own-message': 'You wrote it yourself, and this bot does not answer your own messages here.',
  'bot-prefix': 'It begins with a [prefix] as bots write it. Bots do not answer bots.',
  'kind-not-handled': 'This bot does not handle messages of this kind.',
  'no-text': 'There is no text in it to answer.',
  'before-switch-on': 'It was received before the bot was switched on in this chat.',
  'before-restore': 'It was received before the last restore. Nothing older than a restore is answered.',
  'too-old': 'It waited at WhatsApp for longer than Settings allow under “Answering”.',
  'other-account': 'It belongs to another account than the one for which the bot was switched on.',
  'already-answered': 'This bot has answered it already.',
  forgotten: 'It belongs to data that you deleted.',
  'unknown-bot': 'This program does not know the bot. The assignment is kept, and answers nothing.',
  // The bot's run.
  'no-response': 'The bot had nothing to say to it.',
  'model-missing': 'No model is set up. Enter its address and key in Settings; the message waits.',
  'model-key-elsewhere':
    'The model’s address has changed, and the key was entered for the former one. Enter the key for the new address in Settings; the message waits.',
  'model-key': 'The model refused the key. Check it in Settings, then press “Answer again”.',
  'model-unknown':
    'The endpoint does not know the model or its address. Check both in Settings, then press “Answer again”.',
  'model-refused': 'The model refused the request. Press “Answer again”, or choose another model in Settings.',
  'model-limit': 'The model is over its limit of requests. The message waits and is tried again.',
  'model-timeout': 'The model took too long. Raise the time limit in Settings, or choose a faster model.',
  'model-unreachable':
    'The model could not be reached. Check that its server runs; the message waits and is tried again.',
  'model-oversized':
    'The model’s answer was far too long for a chat and was cut off. Check in Settings that the address is a model’s, then press “Answer again”.',
  'model-redirect':
    'The model’s address sends its callers on to another one, and Whatslang does not follow. If you trust it, enter that address in Settings, then press “Answer again”.',
  'model-link-local':
    'The model’s address is in a link-local network, where clouds keep the keys of their machines. Nothing was sent. Check the address in Settings, then press “Answer again”.',
  'model-failed': 'The model failed. The message is tried again; if this stays, check the model’s server.',
  'budget-chat':
    'This bot has used up today’s budget for the model in this chat. It answers again from midnight on, or when you raise the budget in Settings, under “Limits”; then press “Answer again”.',
  'budget-day':
    'All bots together have used up today’s budget for the model. They answer again from midnight on, or when you raise the budget in Settings, under “Limits”; then press “Answer again”.',
  'rules-too-costly':
    'The rules of the auto-reply would take too long on this message, so it was not answered. Make the patterns of the rules simpler.',
  'bot-failed':
    'The bot itself failed on this message. Press “Answer again”; if it fails again, the log in Health holds the cause.',
  expired:
    'It could not be answered in time. Press “Answer again”; how long an answer may wait is set in Settings, under “Answering”.',
  // Stopped from outside.
  'bot-off': 'The bot was switched off in this chat.',
  'bot-removed': 'The bot or its assignment was removed.',
  'second-bot':
    'Another program answers as this bot with the same WhatsApp account. Stop that program, then switch the bot on again.',
  'bot-loop':
    'Another program seems to answer this bot in this chat, so that the two would write to each other without end. Check the chat, then switch the bot on again.',
  retried: 'A newer attempt took its place.',
  // A chunk on its way.
  'answer-ended': 'An earlier part of the same answer could not be delivered.',
  'send-failed': 'It could not be handed to WhatsApp, in several attempts.',
  'no-ack':
    'WhatsApp did not confirm the answer in time. Press “Answer again”; how long an answer may wait is set in Settings, under “Answering”.',
  '463':
    'WhatsApp did not let this account write to this contact. Wait until sending is on again, then press “Answer again”.',
  '479': 'WhatsApp refused it because the list of devices was out of date. Press “Answer again”.',
} satisfies Record<ReasonCode, string>

/** A stored code as people read it. Codes that the server sent (acks with an error) have no sentence of their own. */
export function explain(code: string): { code: string; message: string } {
  const known = (SENTENCES as Record<string, string>)[code]
  return { code, message: known ?? `WhatsApp refused it with code ${code}.` }
}
