import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ScrollBox } from '../../components/scroll-box.tsx'
import classes from './overview.module.css'

/** A chart's figures for those who would rather read than look. */
export function FiguresTable({ head, rows }: { head: string[]; rows: string[][] }) {
  const { t } = useTranslation()
  return (
    <details className={classes.table}>
      <summary>
        <Text size="xs" component="span">
          {t('overview.table')}
        </Text>
      </summary>
      <ScrollBox label={t('overview.table')}>
        <div className={classes.tableBox}>
          <table>
            <thead>
              <tr>
                {head.map((text) => (
                  <th key={text} scope="col">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row[0]}>
                  {row.map((text, index) => (
                    <td key={head[index]}>{text}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ScrollBox>
    </details>
  )
}
