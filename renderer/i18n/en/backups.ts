export const backups = { title: 'backups' }
