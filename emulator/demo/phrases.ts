/** What the cast says, each line with its translation. The phrase book that stands in for a model knows these and no more. */
export const PHRASES: readonly { language: 'en' | 'pt'; text: string; translation: string }[] = [
  { language: 'pt', text: 'Bom dia! Tudo bem por aí?', translation: 'Good morning! Is everything well over there?' },
  { language: 'en', text: 'Are we still on for dinner on Friday?', translation: 'Ainda está de pé o jantar de sexta?' },
  {
    language: 'pt',
    text: 'Acabei de sair do trabalho, chego em meia hora.',
    translation: 'I have just left work, I will be there in half an hour.',
  },
  {
    language: 'en',
    text: 'The train is late again. Start without me!',
    translation: 'O trem atrasou de novo. Comecem sem mim!',
  },
  {
    language: 'pt',
    text: 'Alguém lembra o nome daquele restaurante?',
    translation: 'Does anybody remember the name of that restaurant?',
  },
  { language: 'en', text: 'I found the photos from our trip 😍', translation: 'Achei as fotos da nossa viagem 😍' },
  { language: 'pt', text: 'Que saudade! Precisamos nos ver logo.', translation: 'I miss you! We must meet soon.' },
  { language: 'en', text: 'Can you bring the cake on Sunday?', translation: 'Você pode trazer o bolo no domingo?' },
  { language: 'pt', text: 'Está chovendo muito aqui ☔', translation: 'It is raining a lot here ☔' },
  { language: 'en', text: 'My flight lands at ten past nine.', translation: 'Meu voo chega às nove e dez.' },
  { language: 'pt', text: 'Parabéns pelo novo emprego! 🎉', translation: 'Congratulations on the new job! 🎉' },
  {
    language: 'en',
    text: 'Thank you so much, you saved my day.',
    translation: 'Muito obrigado, você salvou o meu dia.',
  },
  { language: 'pt', text: 'Vamos à praia amanhã?', translation: 'Shall we go to the beach tomorrow?' },
  { language: 'en', text: 'Yes! I will bring the umbrella.', translation: 'Sim! Eu levo o guarda-sol.' },
]

export const DEMO_NOTE = '(demo model)'

const JOKES = [
  'Why did the phrase book go to the beach? It wanted to learn current expressions.',
  'I asked the clock for a joke. It said: give me a second.',
  'My umbrella and I broke up. It never opened up to me.',
]

/** Says in every answer that no model is at work. */
export function demoAnswer(system: string, text: string): string {
  if (/joke/i.test(system)) return `${JOKES[text.length % JOKES.length] ?? ''} ${DEMO_NOTE}`
  if (/coach/i.test(system)) return `A short walk and a glass of water are a good start. ${DEMO_NOTE}`
  const known = PHRASES.find((phrase) => phrase.text === text || phrase.translation === text)
  if (!known) return `My phrase book does not hold this sentence. ${DEMO_NOTE}`
  return `${known.text === text ? known.translation : known.text} ${DEMO_NOTE}`
}
