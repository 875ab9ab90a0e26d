export const activity = { title: 'activity' }
