import { type Language, languageOf } from '../../../preload/contract/languages.ts'

/** Words of the boxes that are shown where there is no window yet: the database cannot be opened. */
const en = {
  title: 'The database is damaged',
  restore: 'Restore the newest backup',
  salvage: 'Rescue what is readable',
  quit: 'Quit',
  goOn: 'Continue',
  backup: (made: string, { minutes, messages }: { minutes: number; messages: number | null }) =>
    `The newest verified backup was made on ${made}. ${
      messages === null
        ? `The database was changed for the last time ${minutes} minutes later; how much came in between cannot be told.`
        : `Since then came about ${messages} messages, the last change ${minutes} minutes later.`
    }`,
  noBackup: 'There is no verified backup that could be opened here.',
  readable: ({ chats, messages, lost }: { chats: number; messages: number; lost: number }) =>
    `Readable in the damaged file: ${chats} chats and ${messages} messages${lost > 0 ? `; at least ${lost} rows are not` : ''}.`,
  nothingReadable: 'Nothing in the damaged file can be read.',
  nothingDeleted: 'Whatever you choose, nothing is deleted: the damaged file stays.',
  restored: 'The backup is in place',
  salvaged: 'What was readable is in place',
  kept: (name: string) => `The damaged file was kept beside it as ${name}. Nothing older than this moment is answered.`,
  failed: 'That did not work',
}
export type RecoveryTexts = typeof en

const ptBr: RecoveryTexts = {
  title: 'O banco de dados está danificado',
  restore: 'Restaurar o backup mais novo',
  salvage: 'Salvar o que é legível',
  quit: 'Sair',
  goOn: 'Continuar',
  backup: (made, { minutes, messages }) =>
    `O backup verificado mais novo foi feito em ${made}. ${
      messages === null
        ? `A última mudança do banco foi ${minutes} minutos depois; não se sabe quanto chegou nesse meio-tempo.`
        : `Desde então chegaram cerca de ${messages} mensagens, a última mudança ${minutes} minutos depois.`
    }`,
  noBackup: 'Não há backup verificado que possa ser aberto aqui.',
  readable: ({ chats, messages, lost }) =>
    `Legível no arquivo danificado: ${chats} conversas e ${messages} mensagens${lost > 0 ? `; pelo menos ${lost} linhas não são` : ''}.`,
  nothingReadable: 'Nada no arquivo danificado pode ser lido.',
  nothingDeleted: 'O que quer que você escolha, nada é apagado: o arquivo danificado fica.',
  restored: 'O backup está no lugar',
  salvaged: 'O que era legível está no lugar',
  kept: (name) =>
    `O arquivo danificado foi guardado ao lado como ${name}. Nada mais antigo que este momento é respondido.`,
  failed: 'Não funcionou',
}

const es: RecoveryTexts = {
  title: 'La base de datos está dañada',
  restore: 'Restaurar la copia más reciente',
  salvage: 'Rescatar lo que se puede leer',
  quit: 'Salir',
  goOn: 'Continuar',
  backup: (made, { minutes, messages }) =>
    `La copia verificada más reciente se hizo el ${made}. ${
      messages === null
        ? `La base de datos cambió por última vez ${minutes} minutos después; no se sabe cuánto llegó entretanto.`
        : `Desde entonces llegaron unos ${messages} mensajes; el último cambio fue ${minutes} minutos después.`
    }`,
  noBackup: 'No hay ninguna copia verificada que se pueda abrir aquí.',
  readable: ({ chats, messages, lost }) =>
    `Se puede leer del archivo dañado: ${chats} chats y ${messages} mensajes${lost > 0 ? `; al menos ${lost} filas no` : ''}.`,
  nothingReadable: 'No se puede leer nada del archivo dañado.',
  nothingDeleted: 'Elijas lo que elijas, no se borra nada: el archivo dañado se queda.',
  restored: 'La copia está en su sitio',
  salvaged: 'Lo que se podía leer está en su sitio',
  kept: (name) => `El archivo dañado quedó guardado al lado como ${name}. No se responde nada anterior a este momento.`,
  failed: 'No ha funcionado',
}

const TEXTS: Record<Language, RecoveryTexts> = { en, 'pt-BR': ptBr, es }
export const recoveryTexts = (locale: string): RecoveryTexts => TEXTS[languageOf(locale)]
