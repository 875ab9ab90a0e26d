import { Page } from '../../components/page.tsx'
export const RestorePage = () => <Page title="x">x</Page>
