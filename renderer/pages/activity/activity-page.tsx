import { Page } from '../../components/page.tsx'
export const ActivityPage = () => <Page title="x">x</Page>
