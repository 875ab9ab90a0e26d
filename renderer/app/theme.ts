import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core'

/** The accent is shade 7 on light and shade 4 on dark; both reach 4.5:1 against their surfaces. */
const teal: MantineColorsTuple = [
  '#effcf9',
  '#d0f5ec',
  '#a3e9db',
  '#66d9c6',
  '#2dd4bf',
  '#14b0a0',
  '#0d8f84',
  '#0f766e',
  '#115e59',
  '#134e4a',
]
/** Neutral greys with a trace of teal. */
const gray: MantineColorsTuple = [
  '#f7f9f9',
  '#eff3f2',
  '#e3e9e8',
  '#d2dbd9',
  '#b3c0bd',
  '#8b9a97',
  '#667673',
  '#4c5b58',
  '#333f3d',
  '#1c2524',
]
const dark: MantineColorsTuple = [
  '#d6dedc',
  '#b4c0bd',
  '#95a3a0',
  '#6f7e7b',
  '#4a5856',
  '#384442',
  '#283230',
  '#1b2322',
  '#141b1a',
  '#0d1312',
]

/** Mantine takes two pixels off the label's size, and 11 px are less than a caption has. */
const description = { '--input-description-size': 'var(--mantine-font-size-xs)' }
const error = { '--input-error-size': 'var(--mantine-font-size-xs)' }

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { teal, gray, dark },
  // The accent is light on dark: what stands on it, and what warns of destruction, must change with the scheme to stay readable.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    const color = input.color ?? 'teal'
    if (input.variant === 'filled' && color === 'teal') return { ...colors, color: 'var(--w-on-accent)' }
    if (input.variant === 'light' && color === 'teal')
      return { ...colors, background: 'var(--w-chosen)', hover: 'var(--w-chosen)', color: 'var(--w-accent)' }
    if (input.variant === 'outline' && color.startsWith('red'))
      return { ...colors, color: 'var(--w-danger)', border: '1px solid var(--w-danger)' }
    if (input.variant === 'light' && color.startsWith('red'))
      return { ...colors, background: 'var(--w-danger-soft)', color: 'var(--w-danger)' }
    return colors
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' }, h3: { fontSize: '0.875rem' } },
  },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px', xxl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    InputWrapper: { vars: () => ({ description, error }) },
    InputDescription: { vars: () => ({ description }) },
    InputError: { vars: () => ({ error }) },
    // A shadow alone does not part it from a page of its own colour, in the dark least of all.
    Notification: { defaultProps: { withBorder: true } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 120, transition: 'fade' } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    // The first item has the focus at once, as the ARIA practices have it; no placeholder that is none of the menu's items.
    Menu: { defaultProps: { transitionProps: { duration: 120 }, withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: { transitionProps: { duration: 120 } } },
    Select: { defaultProps: { allowDeselect: false, comboboxProps: { transitionProps: { duration: 120 } } } },
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#566462',
    '--mantine-color-placeholder': '#667673',
    '--mantine-color-error': '#b42318',
    '--w-page': '#f7f9f9',
    '--w-surface': '#ffffff',
    '--w-raised': '#ffffff',
    '--w-line': '#dfe6e4',
    '--w-control': '#7d8c89',
    '--w-hover': '#eef3f2',
    '--w-chosen': '#dcf1ed',
    '--w-accent': '#0f766e',
    '--w-on-accent': '#ffffff',
    '--w-own': '#d8efeb',
    '--w-theirs': '#ffffff',
    '--w-bot': '#e9f0fb',
    '--w-success': '#1a7f4b',
    '--w-warning': '#9a5b00',
    '--w-danger': '#b42318',
    '--w-success-soft': '#e2f4ea',
    '--w-warning-soft': '#fbf0dc',
    '--w-danger-soft': '#fbe7e5',
    '--w-info-soft': '#e6eeee',
  },
  dark: {
    '--mantine-color-dimmed': '#9dacaa',
    '--mantine-color-placeholder': '#8b9a97',
    '--mantine-color-error': '#ff8f85',
    '--w-page': '#0f1615',
    '--w-surface': '#151d1c',
    '--w-raised': '#1b2423',
    '--w-line': '#2a3533',
    '--w-control': '#6f7e7b',
    '--w-hover': '#1f2928',
    '--w-chosen': '#123a36',
    '--w-accent': '#2dd4bf',
    '--w-on-accent': '#06201c',
    '--w-own': '#12403b',
    '--w-theirs': '#1f2928',
    '--w-bot': '#1e2c40',
    '--w-success': '#5cd392',
    '--w-warning': '#f0b357',
    '--w-danger': '#ff8f85',
    '--w-success-soft': '#15332a',
    '--w-warning-soft': '#36290f',
    '--w-danger-soft': '#3c1f1c',
    '--w-info-soft': '#202b2a',
  },
})
