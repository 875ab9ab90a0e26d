import { Page } from '../../components/page.tsx'
export const HealthPage = () => <Page title="x">x</Page>
