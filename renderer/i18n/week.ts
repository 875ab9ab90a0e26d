type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6
interface WeekInfo {
  firstDay?: number
}
/** A function since ES2025; Chromium had a property before, Firefox may have neither. */
type WithWeek = Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo }

/**
 * On which day the week begins, 0 for Sunday. Of the machine's locale where it speaks the page's language (a Briton's week begins on
 * Monday), else of the language where most people speak it. Where Intl does not tell: Sunday, as in the USA and in Brazil.
 */
export function weekStart(language: string, system: readonly string[] = []): Weekday {
  const spoken = language.split('-')[0]?.toLowerCase()
  const tag = system.find((locale) => locale.split('-')[0]?.toLowerCase() === spoken) ?? language
  const locale: WithWeek = new Intl.Locale(tag)
  const day = (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 7
  return (day % 7) as Weekday
}
