import { type Language, languageOf } from '../../../preload/contract/languages.ts'

/** Words of the box that is shown before there is a window: the disk of the data is not there. */
const en = {
  title: 'The disk with your data is not there',
  detail: (path: string) =>
    `Your data was in ${path}, on a disk that is not mounted now, or another disk is in its place. Nothing was made there. Connect the disk and try again.\n\nWith “Start new here” Whatslang begins without chats, bots and history. When the disk comes back, it hides what was made meanwhile.`,
  again: 'Try again',
  startNew: 'Start new here',
  quit: 'Quit',
}

const ptBr: typeof en = {
  title: 'O disco com os seus dados não está lá',
  detail: (path) =>
    `Os seus dados estavam em ${path}, em um disco que não está montado agora, ou há outro disco no lugar dele. Nada foi criado ali. Conecte o disco e tente de novo.\n\nCom “Começar do zero aqui” o Whatslang começa sem conversas, bots e histórico. Quando o disco voltar, ele esconde o que foi criado nesse meio-tempo.`,
  again: 'Tentar de novo',
  startNew: 'Começar do zero aqui',
  quit: 'Sair',
}

const es: typeof en = {
  title: 'El disco con tus datos no está',
  detail: (path) =>
    `Tus datos estaban en ${path}, en un disco que ahora no está montado, o hay otro disco en su lugar. Allí no se ha creado nada. Conecta el disco e inténtalo de nuevo.\n\nCon “Empezar de cero aquí”, Whatslang empieza sin chats, bots ni historial. Cuando vuelva el disco, tapará lo que se haya creado entretanto.`,
  again: 'Intentar de nuevo',
  startNew: 'Empezar de cero aquí',
  quit: 'Salir',
}

const TEXTS: Record<Language, typeof en> = { en, 'pt-BR': ptBr, es }
export const missingDiskTexts = (locale: string): typeof en => TEXTS[languageOf(locale)]
