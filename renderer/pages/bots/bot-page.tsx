import { Page } from '../../components/page.tsx'
export const BotPage = () => <Page title="x">x</Page>
