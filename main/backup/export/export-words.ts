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

export type ExportLanguage = 'en' | 'pt-BR'
export const exportWords = (language: ExportLanguage): ExportWords => (language === 'pt-BR' ? ptBr : en)
