import { Page } from '../../components/page.tsx'
export const BotsPage = () => <Page title="x">x</Page>
