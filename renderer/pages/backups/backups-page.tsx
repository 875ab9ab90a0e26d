import { Page } from '../../components/page.tsx'
export const BackupsPage = () => <Page title="x">x</Page>
