export const overview = { title: 'Overview', connect: 'Connect' }
