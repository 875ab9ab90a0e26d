import type { Language } from '../../../preload/contract/languages.ts'

/** What an export for people says besides what was written in the chats. */
export interface ExportWords {
  lang: string
  allChats: string
  you: string
  /** Stands for a text that retention took. */
  notKept: string
  kinds: Readonly<Record<string, string>>
  chats: string
  messages: string
  times(zone: string): string
  noDate: string
  earlier: string
  earlierHint: string
  unknownChat: string
}

const en: ExportWords = {
  lang: 'en',
  allChats: 'All chats',
  you: 'You',
  notKept: '(text no longer kept)',
  kinds: {
    image: 'photo',
    audio: 'voice message',
    video: 'video',
    document: 'document',
    sticker: 'sticker',
    location: 'location',
    contact: 'contact',
    reaction: 'reaction',
    poll: 'poll',
    undecryptable: 'message that could not be decrypted',
    other: 'message of another kind',
  },
  chats: 'Chats',
  messages: 'messages',
  times: (zone) => `Times are local: ${zone}.`,
  noDate: 'no time',
  earlier: 'Answers of the imported service',
  earlierHint: 'They come from the file of the Python service. It kept at most 500 characters of each text.',
  unknownChat: 'a chat that the file does not name',
}

const ptBr: ExportWords = {
  lang: 'pt-BR',
  allChats: 'Todas as conversas',
  you: 'Você',
  notKept: '(texto não guardado)',
  kinds: {
    image: 'foto',
    audio: 'mensagem de voz',
    video: 'vídeo',
    document: 'documento',
    sticker: 'figurinha',
    location: 'localização',
    contact: 'contato',
    reaction: 'reação',
    poll: 'enquete',
    undecryptable: 'mensagem que não pôde ser decifrada',
    other: 'mensagem de outro tipo',
  },
  chats: 'Conversas',
  messages: 'mensagens',
  times: (zone) => `Horários locais: ${zone}.`,
  noDate: 'sem horário',
  earlier: 'Respostas do serviço importado',
  earlierHint: 'Elas vêm do arquivo do serviço em Python. Ele guardava no máximo 500 caracteres de cada texto.',
  unknownChat: 'uma conversa que o arquivo não nomeia',
}

const es: ExportWords = {
  lang: 'es',
  allChats: 'Todos los chats',
  you: 'Tú',
  notKept: '(texto ya no guardado)',
  kinds: {
    image: 'foto',
    audio: 'mensaje de voz',
    video: 'vídeo',
    document: 'documento',
    sticker: 'sticker',
    location: 'ubicación',
    contact: 'contacto',
    reaction: 'reacción',
    poll: 'encuesta',
    undecryptable: 'mensaje que no se pudo descifrar',
    other: 'mensaje de otro tipo',
  },
  chats: 'Chats',
  messages: 'mensajes',
  times: (zone) => `Horas locales: ${zone}.`,
  noDate: 'sin hora',
  earlier: 'Respuestas del servicio importado',
  earlierHint: 'Proceden del archivo del servicio de Python. Guardaba como máximo 500 caracteres de cada texto.',
  unknownChat: 'un chat que el archivo no nombra',
}

export const EXPORT_WORDS: Record<Language, ExportWords> = { en, 'pt-BR': ptBr, es }
