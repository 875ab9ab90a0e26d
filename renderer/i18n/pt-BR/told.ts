import type { Told } from '../catalogues.ts'

const reason: Told['reason'] = {
  'own-message': 'Foi você quem escreveu, e este bot não responde às suas próprias mensagens aqui.',
  'bot-prefix': 'Começa com um [prefixo], como escrevem os bots. Bots não respondem a bots.',
  'kind-not-handled': 'Este bot não trata mensagens deste tipo.',
  'no-text': 'Não há texto nela para responder.',
  'before-switch-on': 'Chegou antes de o bot ser ligado nesta conversa.',
  'before-restore': 'Chegou antes da última restauração. Nada anterior a uma restauração é respondido.',
  'too-old': 'Esperou no WhatsApp por mais tempo do que permitem as Configurações, em “Respostas”.',
  'other-account': 'Pertence a outra conta, não àquela para a qual o bot foi ligado.',
  'already-answered': 'Este bot já a respondeu.',
  forgotten: 'Pertence a dados que você apagou.',
  'unknown-bot': 'Este programa não conhece o bot. A atribuição é mantida e não responde nada.',
  'no-response': 'O bot não tinha nada a dizer sobre ela.',
  'model-missing': 'Nenhum modelo está configurado. Informe o endereço e a chave em Configurações; a mensagem espera.',
  'model-key-elsewhere':
    'O endereço do modelo mudou, e a chave foi informada para o anterior. Informe a chave para o novo endereço em Configurações; a mensagem espera.',
  'model-key': 'O modelo recusou a chave. Confira-a em Configurações e use “Responder de novo”.',
  'model-unknown':
    'O servidor não conhece o modelo ou o endereço. Confira os dois em Configurações e use “Responder de novo”.',
  'model-refused': 'O modelo recusou o pedido. Use “Responder de novo” ou escolha outro modelo em Configurações.',
  'model-limit': 'O modelo passou do seu limite de pedidos. A mensagem espera e será tentada de novo.',
  'model-timeout':
    'O modelo demorou demais. Aumente o limite de tempo em Configurações ou escolha um modelo mais rápido.',
  'model-unreachable':
    'Não foi possível alcançar o modelo. Veja se o servidor dele está ligado; a mensagem espera e será tentada de novo.',
  'model-oversized':
    'A resposta do modelo era longa demais para uma conversa e foi cortada. Confira em Configurações se o endereço é o de um modelo e use “Responder de novo”.',
  'model-redirect':
    'O endereço do modelo encaminha para outro, e o Whatslang não o segue. Se confia nele, informe esse endereço em Configurações e use “Responder de novo”.',
  'model-link-local':
    'O endereço do modelo está numa rede link-local, onde as nuvens guardam as chaves das máquinas. Nada foi enviado. Confira o endereço em Configurações e use “Responder de novo”.',
  'model-failed': 'O modelo falhou. A mensagem será tentada de novo; se continuar, veja o servidor do modelo.',
  'budget-chat':
    'Este bot já gastou o limite de hoje do modelo nesta conversa. Ele volta a responder à meia-noite, ou quando você aumentar o limite em Configurações, em “Limites”; depois use “Responder de novo”.',
  'budget-day':
    'Todos os bots juntos já gastaram o limite de hoje do modelo. Eles voltam a responder à meia-noite, ou quando você aumentar o limite em Configurações, em “Limites”; depois use “Responder de novo”.',
  'rules-too-costly':
    'As regras da resposta automática demorariam demais nesta mensagem, por isso ela não foi respondida. Simplifique as expressões das regras.',
  'bot-failed':
    'O próprio bot falhou nesta mensagem. Use “Responder de novo”; se falhar outra vez, o registro em Saúde mostra a causa.',
  expired:
    'Não pôde ser respondida a tempo. Use “Responder de novo”; quanto uma resposta pode esperar se define em Configurações, em “Respostas”.',
  'bot-off': 'O bot foi desligado nesta conversa.',
  'bot-removed': 'O bot ou a sua atribuição foi removido.',
  'second-bot':
    'Outro programa responde como este bot com a mesma conta do WhatsApp. Pare esse programa e ligue o bot de novo.',
  'bot-loop':
    'Outro programa parece responder a este bot nesta conversa, e os dois escreveriam um ao outro sem fim. Veja a conversa e ligue o bot de novo.',
  retried: 'Uma tentativa mais nova tomou o seu lugar.',
  'answer-ended': 'Uma parte anterior da mesma resposta não pôde ser entregue.',
  'send-failed': 'Não pôde ser entregue ao WhatsApp, em várias tentativas.',
  'no-ack':
    'O WhatsApp não confirmou a resposta a tempo. Use “Responder de novo”; quanto uma resposta pode esperar se define em Configurações, em “Respostas”.',
  '463':
    'O WhatsApp não deixou esta conta escrever a este contato. Espere até que os envios voltem e use “Responder de novo”.',
  '479': 'O WhatsApp a recusou porque a lista de dispositivos estava desatualizada. Use “Responder de novo”.',
}

const start = 'Inicie o Whatslang uma vez: ele faz um backup do arquivo e o atualiza.'
const restoreNewest = 'Restaure o backup verificado mais novo. Nada é apagado: o arquivo danificado fica ao lado.'

const confirmSettings =
  'Veja Configurações e confirme as que estão em vigor, ou execute `whatslang settings --confirm`. Até lá, nada que dependa delas é copiado sem criptografia, removido, restaurado ou esquecido.'

const finding: Told['finding'] = {
  location: { title: 'O Whatslang usa o banco de dados {{path}}, porque {{why}}' },
  'data-directory.read-only': {
    title: 'A pasta de dados {{path}} está em um disco que só pode ser lido.',
    cause: 'Ele foi montado só para leitura, ou o sistema o deixou assim porque o disco informa erros (veja dmesg).',
    way_out:
      'Primeiro guarde uma cópia da pasta de dados. Depois verifique o disco, monte-o para gravação e inicie o Whatslang de novo.',
  },
  'data-directory.missing': {
    title: 'A pasta de dados {{path}} não está lá.',
    cause: 'Ela foi movida, ou um disco não está montado.',
    way_out: 'Monte o disco, ou indique a pasta certa com WHATSLANG_DATA_DIR ou --data-dir.',
  },
  'database.there': { title: 'O arquivo do banco de dados está lá.' },
  'database.missing': {
    title: 'Não há banco de dados em {{path}}.',
    cause:
      'O disco dele não está montado, o caminho é outro, ou o Whatslang ainda não foi iniciado com esta pasta de dados.',
    way_out:
      'Se devia haver dados, monte o disco ou veja acima qual caminho valeu. Senão, inicie o Whatslang ou restaure um backup.',
  },
  'replaced.saved': {
    title: '{{path}} foi trocado enquanto o Whatslang rodava.',
    cause: 'Os bots pararam e nada mais é gravado. O que estava lá até então foi salvo e provado em {{saved}}.',
    way_out:
      'Para seguir com o arquivo novo, reinicie o Whatslang: nada é respondido duas vezes. Para voltar ao que estava lá, reinicie e restaure {{saved}}.',
  },
  'replaced.unsaved': {
    title: '{{path}} foi trocado enquanto o Whatslang rodava.',
    cause: 'Os bots pararam e nada mais é gravado. O que estava lá até então não pôde ser salvo: {{cause}}',
    way_out: 'Reinicie o Whatslang para seguir com o arquivo novo, ou restaure o backup verificado mais novo.',
  },
  'replaced.saving': {
    title: '{{path}} foi trocado enquanto o Whatslang rodava.',
    cause: 'Os bots pararam e nada mais é gravado. O que estava lá até então está sendo salvo.',
    way_out: 'Espere até que esteja salvo, e veja de novo.',
  },
  'modes.private': { title: 'Só você pode ler os dados.' },
  'modes.open-one': {
    title: 'Outros usuários desta máquina podem ler {{path}}.',
    cause: '{{cause}}',
    way_out: 'Execute `whatslang doctor --fix`, ou chmod 700 nas pastas e 600 nos arquivos.',
  },
  'modes.open-many': {
    title: 'Outros usuários desta máquina podem ler {{count}} arquivos ou pastas.',
    cause: '{{cause}}',
    way_out: 'Execute `whatslang doctor --fix`, ou chmod 700 nas pastas e 600 nos arquivos.',
  },
  'owner.foreign': {
    title: '{{path}} pertence a outro usuário.',
    cause:
      'Arquivos ou pastas que não pertencem ao usuário {{uid}}: {{count}}, muitas vezes depois de um comando como root. O Whatslang não consegue usá-los.',
    way_out: '{{command}}',
  },
  'owner.forbidden': {
    title: 'Este usuário não pode ler {{path}}.',
    cause: 'Os direitos do arquivo não permitem. O banco de dados em si pode estar em ordem.',
    way_out: '{{command}}',
  },
  'network-filesystem': {
    title: 'O banco de dados está em {{name}}.',
    cause: 'O SQLite não consegue travar com segurança em sistemas de arquivos de rede: gravações podem se perder.',
    way_out: 'Mova a pasta de dados para um disco local. Os backups podem ficar na rede.',
  },
  'synced-folder': {
    title: 'O banco de dados está numa pasta que o {{name}} sincroniza.',
    cause:
      'Ele copia o arquivo enquanto muda: as cópias ficam partidas, e duas máquinas podem sobrescrever uma à outra.',
    way_out: 'Tire a pasta de dados de lá. Deixe sincronizar só a pasta de backups.',
  },
  leftovers: {
    title: 'Arquivos inacabados de execuções anteriores na pasta de dados: {{count}}.',
    cause: 'Uma execução foi interrompida antes de arrumar tudo.',
    way_out: 'Execute `whatslang doctor --fix`: eles são removidos.',
  },
  'space.enough': { title: '{{free}} livres no disco.' },
  'space.low': {
    title: 'Só {{free}} livres no disco.',
    cause: 'Um backup ou uma restauração precisa de espaço para uma segunda cópia do banco de dados.',
    way_out: 'Libere espaço, leve os backups para outro lugar ou guarde menos deles.',
  },
  'wal.large': {
    title: 'O diário de gravação tem {{bytes}}.',
    cause: 'Algo lê o banco de dados há muito tempo, e o diário não pode ser esvaziado.',
    way_out: 'Execute `whatslang doctor --fix`.',
  },
  'lock.nobody': { title: 'Ninguém está usando a pasta de dados.' },
  'lock.unnamed': { title: 'Outro programa está usando a pasta de dados.' },
  'lock.named': { title: '{{program}} (processo {{pid}}) está usando a pasta de dados.' },
  'integrity.sound': { title: 'O banco de dados está íntegro.' },
  'integrity.damaged': { title: 'O banco de dados está danificado.', cause: '{{cause}}', way_out: restoreNewest },
  'integrity.unreadable': {
    title: 'O banco de dados não pode ser lido.',
    cause: '{{cause}}',
    way_out: 'Restaure o backup verificado mais novo, ou salve o que for legível. Nada é apagado.',
  },
  'schema.same': { title: 'O banco de dados tem a versão {{version}}, como este programa espera.' },
  'schema.newer': {
    title: 'O banco de dados tem a versão {{version}}; este programa trabalha com a {{expected}}.',
    cause: 'Um Whatslang mais novo o escreveu.',
    way_out: 'Instale o Whatslang mais novo.',
  },
  'schema.older': {
    title: 'O banco de dados tem a versão {{version}}; este programa trabalha com a {{expected}}.',
    cause: 'Ele ainda não foi aberto por esta versão, ou não é um banco de dados do Whatslang.',
    way_out: start,
  },
  'foreign-keys': {
    title: 'Linhas que apontam para algo que não existe mais: {{count}}.',
    cause: 'Outro programa mudou o arquivo.',
    way_out: 'Restaure um backup anterior a isso, ou deixe como está: essas linhas não são usadas.',
  },
  'settings.valid': { title: 'As configurações são válidas.' },
  'settings.repaired': {
    title: 'A configuração {{names}} não era válida.',
    cause: 'Outro valor é usado no lugar dela: o último bom ou o padrão.',
    way_out: 'Defina-a de novo em Configurações. O arquivo antigo ficou guardado ao lado do novo.',
  },
  'settings.repaired-many': {
    title: 'As configurações {{names}} não eram válidas.',
    cause: 'Outros valores são usados no lugar delas: os últimos bons ou os padrões.',
    way_out: 'Defina-as de novo em Configurações. O arquivo antigo ficou guardado ao lado do novo.',
  },
  'settings.doubtful-copy': {
    title: 'O arquivo de configurações não pôde ser lido, e a última cópia boa está em vigor.',
    cause: 'Ele foi cortado, apagado ou editado à mão. O que restou: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-default': {
    title: 'O arquivo de configurações não pôde ser lido, e os valores padrão estão em vigor.',
    cause: 'Ele foi cortado ou editado à mão, e não há uma cópia dele. O que restou: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-values': {
    title: 'Configurações que não são válidas, com outros valores em vigor: {{names}}.',
    cause: 'O arquivo foi editado à mão. O antigo: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-schedule': {
    title: 'Configurações que não são válidas, com outros valores em vigor: {{names}}.',
    cause: '{{cause}} O arquivo antigo: {{file}}.',
    way_out: confirmSettings,
  },
  'backup.failed': {
    title: 'O último backup falhou.',
    cause: '{{cause}}',
    way_out: 'Elimine a causa e faça um backup agora.',
  },
  'drill.never': {
    title: 'Nunca se ensaiou se os backups podem ser restaurados.',
    cause: 'O ensaio mensal ainda não aconteceu, ou está desligado.',
    way_out: 'Ensaie agora na página Backups, ou com `whatslang drill`.',
  },
  'drill.failed': {
    title: 'O último ensaio de recuperação falhou.',
    cause: '{{cause}}',
    way_out: 'Elimine a causa, faça um backup e ensaie de novo.',
  },
  'drill.not-proven': {
    title: 'O último ensaio não pôde mostrar se um backup pode ser restaurado.',
    cause: 'Ele está criptografado para destinatários, e esta máquina não tem a chave.',
    way_out: 'Ensaie onde está a chave: `whatslang drill --identity-file key.txt`.',
  },
  'drill.fine': { title: 'O último ensaio de recuperação trouxe tudo de volta.' },
  'backup.unproven': {
    title: 'O último backup foi feito, mas não pôde ser verificado.',
    cause: '{{cause}}',
    way_out: 'Elimine a causa e faça um backup agora.',
  },
  'backup.undeletable': {
    title: 'Backups antigos não podem ser apagados.',
    cause: '{{cause}}',
    way_out:
      'Backups continuam a ser feitos e verificados. Elimine a causa e depois limpe na página Backups ou com `whatslang prune`.',
  },
  'backup.read-only': {
    title: 'A pasta dos backups, {{folder}}, está em um disco que só pode ser lido.',
    cause: 'Ele foi montado só para leitura, ou o sistema o deixou assim porque o disco informa erros (veja dmesg).',
    way_out: 'Verifique o disco e monte-o para gravação, ou escolha outra pasta para os backups.',
  },
  'backup.not-mounted': {
    title: 'O disco da pasta dos backups, {{folder}}, não está lá.',
    cause: '{{cause}}',
    way_out:
      'Monte-o, escolha outra pasta, ou use esta como nova: na página Backups, ou com `whatslang backups --use-as-new`.',
  },
  'backup.silent': {
    title: 'A pasta dos backups, {{folder}}, não responde.',
    cause:
      'O disco ou o compartilhamento de rede está ausente ou travado. O que se diz dos backups é o que foi visto por último.',
    way_out: 'Verifique o disco ou o compartilhamento, ou escolha outra pasta para os backups.',
  },
  'backup.gone': {
    title: 'Todos os backups verificados desta instalação ({{count}}) sumiram de {{folder}}.',
    cause: 'Foram apagados, ou outro disco está no lugar do deles.',
    way_out: 'Se deviam estar lá, procure o disco deles. Depois faça um backup agora.',
  },
  'backup.ahead': {
    title: 'Há backups com data à frente do relógio desta máquina: {{count}}.',
    cause: 'O relógio estava errado quando foram feitos, ou está errado agora. Eles nunca contam como os mais novos.',
    way_out: 'Confira a data desta máquina. Apague um backup desses quando não precisar mais dele.',
  },
  'backup.never-scheduled': {
    title: 'Não há nenhum backup verificado.',
    cause: 'O agendamento ainda não foi executado.',
    way_out: 'Faça um backup agora.',
  },
  'backup.never': {
    title: 'Não há nenhum backup verificado.',
    cause: 'Nenhum agendamento está definido.',
    way_out: 'Faça um backup agora.',
  },
  'backup.overdue': {
    title: 'O último backup verificado tem {{hours}} h.',
    cause: 'Uma execução agendada não aconteceu ou falhou.',
    way_out: 'Faça um backup agora e confira o agendamento.',
  },
  'backup.fresh': { title: 'O último backup verificado tem no máximo {{hours}} h.' },
  'connection.problem': {
    title: 'O Whatslang não está conectado ao WhatsApp.',
    cause: '{{cause}}',
    way_out: 'Veja na visão geral o que fazer; quando é só a rede, o Whatslang tenta de novo sozinho.',
  },
  'connection.open': { title: 'O Whatslang está conectado ao WhatsApp.' },
  'connection.unlinked': {
    title: 'Nenhum celular está conectado.',
    cause: 'A conexão do dispositivo ainda não foi concluída.',
    way_out: 'Leia o código com o celular: WhatsApp, Dispositivos conectados, Conectar dispositivo.',
  },
  'connection.down': {
    title: 'A conexão com o WhatsApp caiu.',
    cause: 'A rede ou o servidor não está acessível no momento.',
    way_out: 'O Whatslang tenta de novo sozinho.',
  },
  'model.missing-needed': {
    title: 'Nenhum modelo está configurado.',
    cause: 'Bots que precisam de um estão ligados; as mensagens deles esperam.',
    way_out: 'Informe o endereço e a chave em Configurações, ou defina OPENAI_API_KEY.',
  },
  'model.missing': {
    title: 'Nenhum modelo está configurado.',
    cause: 'Nenhum bot precisa de um por enquanto.',
    way_out: 'Informe o endereço e a chave em Configurações, ou defina OPENAI_API_KEY.',
  },
  'model.key-elsewhere': {
    title: 'A chave do modelo pertence a outro endereço.',
    cause: 'A chave foi informada para {{origin}} e só é enviada para lá. O endereço do modelo agora é {{address}}.',
    way_out: 'Informe a chave para o novo endereço em Configurações ou volte ao endereço anterior.',
  },
  'model.failing': {
    title: 'O modelo está falhando.',
    cause: '{{cause}}',
    way_out: 'As mensagens esperam até que ele responda de novo.',
  },
  'model.untried': { title: 'Um modelo está configurado; ainda não foi usado.' },
  'model.answers': { title: 'O modelo responde.' },
}

const cutOff = 'O arquivo está cortado: falta o fim dele. Copie-o de novo ou use outro backup.'
const changed = 'O arquivo não é o que foi escrito: o conteúdo foi alterado. Use outro backup.'
const wrongPassphrase = 'A senha não abre este arquivo. Confira-a; nada foi alterado.'
const keyNeeded =
  'O arquivo está criptografado para destinatários. Informe a chave age correspondente, uma linha que começa com AGE-SECRET-KEY-1.'
const wrongKey = 'Nenhuma chave informada abre este arquivo: ele está criptografado para outros. Nada foi alterado.'
const notOurs = 'O arquivo não tem o selo do Whatslang: outro programa o escreveu, ou falta o fim dele.'
const noSpace = 'O disco está cheio. Nada foi alterado. Libere espaço e tente de novo.'

const failure: Told['failure'] = {
  'model-missing': 'Nenhum modelo está configurado. Informe o endereço e a chave em Configurações.',
  'model-key-elsewhere':
    'A chave foi informada para outro endereço e só é enviada para lá. Informe a chave para o novo endereço em Configurações ou volte ao endereço anterior.',
  'model-key': 'O modelo recusou a chave. Confira-a em Configurações.',
  'model-unknown': 'O servidor não conhece o modelo ou o endereço. Confira os dois em Configurações.',
  'model-refused': 'O modelo recusou o pedido. Tente outro texto ou escolha outro modelo em Configurações.',
  'model-limit': 'O modelo passou do seu limite de pedidos. Tente de novo daqui a pouco.',
  'model-timeout': 'O modelo não respondeu a tempo. Tente de novo ou aumente o tempo em Configurações.',
  'model-unreachable':
    'Não foi possível alcançar o endereço do modelo. Confira se o servidor está ligado e o endereço em Configurações.',
  'budget-day':
    'O limite de hoje do modelo já foi gasto. Ele se renova à meia-noite; você pode aumentá-lo em Configurações, em “Limites”.',
  'model-oversized':
    'A resposta do modelo era longa demais para uma conversa e foi cortada. Confira em Configurações se o endereço é o de um modelo.',
  'model-redirect':
    'O endereço do modelo encaminha para outro, e o Whatslang não o segue. Se confia nele, informe esse endereço em Configurações.',
  'model-link-local':
    'O endereço do modelo está numa rede link-local, onde as nuvens guardam as chaves das máquinas. Nada foi enviado. Confira o endereço em Configurações.',
  'model-failed': 'O modelo falhou. Tente de novo; se continuar, veja o servidor do modelo.',
  'not-found': 'Isso não está mais aqui. Recarregue a lista ou escolha de novo.',
  'disk-full': noSpace,
  busy: 'O arquivo está em uso por outro programa. Nada foi alterado. Feche o outro programa e tente de novo.',
  corrupt: 'O arquivo está danificado e foi deixado como está. Restaure o backup verificado mais novo.',
  io: 'A leitura ou a gravação falhou. Veja as permissões do arquivo e a saúde do disco, e tente de novo.',
  invalid: 'Isso não pode ser aceito assim. Confira o que foi digitado; nada foi alterado.',
  conflict: 'Isso não combina com o que já existe ou está em andamento. Recarregue a página e tente de novo.',
  'invalid-settings': 'Esta configuração não pode ser usada. Confira o valor; nada foi alterado.',
  'no-settings': 'O arquivo não contém configurações que possam ser lidas. Nada foi alterado. Escolha outro arquivo.',
  'settings-changed':
    'O arquivo ou as configurações mudaram desde a comparação. Nada foi alterado. Veja as diferenças de novo.',
  'schedule-fields':
    'O agendamento precisa de cinco campos: minuto, hora, dia do mês, mês, dia da semana. 0 2 * * * significa todo dia às 02:00. Nada foi alterado.',
  'schedule-name':
    'Não existe agendamento com esse nome. Use @yearly, @monthly, @weekly, @daily ou @hourly, ou cinco campos: 0 2 * * * significa todo dia às 02:00. Nada foi alterado.',
  'schedule-minute':
    'O minuto do agendamento (primeiro campo) não é válido. Use um número de 0 a 59, *, um intervalo como 1-5, uma lista como 1,3 ou um passo como */2. Nada foi alterado.',
  'schedule-hour':
    'A hora do agendamento (segundo campo) não é válida. Use um número de 0 a 23, *, um intervalo como 1-5, uma lista como 1,3 ou um passo como */2. Nada foi alterado.',
  'schedule-day':
    'O dia do mês do agendamento (terceiro campo) não é válido. Use um número de 1 a 31, L para o último dia, *, um intervalo como 1-5, uma lista como 1,3 ou um passo como */2. Nada foi alterado.',
  'schedule-month':
    'O mês do agendamento (quarto campo) não é válido. Use um número de 1 a 12, JAN a DEC, *, um intervalo como 1-5, uma lista como 1,3 ou um passo como */2. Nada foi alterado.',
  'schedule-weekday':
    'O dia da semana do agendamento (quinto campo) não é válido. Use um número de 0 (domingo) a 7, SUN a SAT, *, um intervalo como 1-5, uma lista como 1,3 ou um passo como */2. Nada foi alterado.',
  'schedule-never':
    'Este agendamento nunca acontece: nenhum dos meses escolhidos tem esse dia. Escolha outro dia ou outro mês. Nada foi alterado.',
  'settings-doubtful':
    'As configurações não puderam ser lidas, e isto depende delas. Nada foi feito. Veja Configurações e confirme as que estão em vigor.',
  'protected-setting':
    'Esta configuração só pode ser mudada em uma janela do próprio programa, não daqui. Nada foi alterado.',
  unwritable: 'O arquivo de configurações não pode ser gravado. Veja as permissões da pasta de dados.',
  'sign-in-unwritten':
    'O dispositivo saiu, mas isso não pôde ser gravado: um reinício o deixaria entrar de novo. O Whatslang tenta outra vez a cada minuto. Libere espaço no disco ou veja as permissões da pasta de dados.',
  KEYCHAIN_UNAVAILABLE: 'O cofre de senhas do sistema não está acessível. Desbloqueie-o e tente de novo.',
  'not-connected': 'O WhatsApp não está conectado. A mensagem espera e será enviada sozinha depois.',
  'not-linked': 'Nenhuma conta está conectada. Conecte o seu WhatsApp primeiro.',
  'already-linked': 'Já há uma conta conectada. Desconecte-a primeiro.',
  'pairing-interrupted':
    'A conexão terminou, ou outro código foi pedido, antes de este código chegar. Peça um código de novo.',
  'pairing-refused': 'O WhatsApp recusou a conexão. Espere alguns minutos e tente de novo.',
  'emulator-refused': 'Esta pasta de dados não combina com a demonstração. Use outra pasta.',
  'session-in-use': 'Outro programa está usando as chaves deste dispositivo. Feche-o e tente de novo.',
  'file-replaced':
    'O arquivo do banco de dados foi trocado enquanto o Whatslang rodava. Nada é gravado até que ele seja reiniciado; Saúde diz o que foi salvo.',
  'storage-failed': 'As chaves não puderam ser gravadas. Libere espaço no disco e conecte de novo.',
  ENOSPC: 'O disco está cheio e o arquivo não pôde ser gravado. Libere espaço e tente de novo.',
  EDQUOT: 'A sua cota neste disco acabou. Apague arquivos seus nele ou peça mais espaço, e tente de novo.',
  EFBIG: 'O arquivo ficaria maior do que o sistema de arquivos permite. Escolha uma pasta em outro disco.',
  EROFS: 'O disco só pode ser lido. Monte-o para gravação ou escolha outra pasta.',
  EACCES:
    'Este usuário não tem permissão para usar o arquivo ou a pasta. Mude o dono ou as permissões e tente de novo.',
  EPERM:
    'O sistema não permite isto: o arquivo está protegido ou pertence a outro usuário. Mude o dono ou os atributos e tente de novo.',
  ENOENT: 'O arquivo ou a pasta não existe. Confira o caminho e se o disco está montado.',
  ENOTDIR: 'Uma parte do caminho é um arquivo, e não uma pasta. Confira o caminho.',
  EISDIR: 'Isto é uma pasta, e aqui é preciso um arquivo. Confira o caminho.',
  EEXIST: 'Já existe algo com esse nome. Nada foi alterado. Escolha outro nome.',
  ENOTEMPTY: 'A pasta não está vazia. Nada foi removido.',
  ENAMETOOLONG: 'O nome é mais longo do que o sistema de arquivos permite. Escolha um nome mais curto.',
  ELOOP: 'Isto é um link simbólico que leva a si mesmo ou que não é seguido aqui. Indique o próprio arquivo.',
  EBUSY: 'O arquivo está em uso por outro programa. Feche esse programa e tente de novo.',
  ETXTBSY: 'O arquivo é um programa em execução. Encerre-o e tente de novo.',
  EIO: 'A leitura ou a gravação falhou: o disco informa um erro. Verifique o disco e faça antes uma cópia dos seus dados.',
  ENXIO: 'Isto não é um arquivo comum, e nada responde do outro lado. Indique um arquivo comum.',
  EMFILE: 'Há arquivos abertos demais. Feche outros programas ou aumente o limite (ulimit -n).',
  ENFILE: 'Esta máquina tem arquivos abertos demais. Feche outros programas e tente de novo.',
  ETIMEDOUT: 'A unidade não responde a tempo. Confira a unidade de rede e tente de novo.',
  ESTALE: 'A unidade de rede não conhece mais este arquivo. Monte a unidade de novo e tente outra vez.',
  ENOTCONN: 'A unidade não está mais conectada. Monte-a de novo e tente outra vez.',
  EHOSTDOWN: 'A máquina que guarda o arquivo não responde. Confira a unidade de rede e tente de novo.',
  ENOTSUP: 'O sistema de arquivos não consegue fazer isto. Escolha uma pasta em outro disco.',
  EINVAL: 'O sistema recusou o pedido como inválido. Confira o caminho e o sistema de arquivos.',
  EXDEV: 'O arquivo está em outro disco e não pode ser movido de uma vez. Escolha uma pasta no mesmo disco.',
  'rules-too-costly': 'As regras demorariam demais neste texto. Simplifique as expressões das regras.',
  CANCELLED: 'Foi cancelado; nada foi alterado.',
  TIME_LIMIT: 'Demorou demais e foi interrompido; nada foi alterado. Tente de novo.',
  MEMORY_LIMIT: 'O arquivo precisaria de memória demais e não foi aceito. Nada foi alterado.',
  DISK_LIMIT: 'Isso ocuparia espaço demais no disco e foi interrompido. Nada foi alterado.',
  CRASHED: 'O processo que fazia este trabalho terminou sozinho; nada foi alterado. Tente de novo.',
  NO_SPACE: 'Não há espaço suficiente no disco. Libere espaço ou escolha outra pasta, e tente de novo.',
  NO_FOLDER: 'A pasta dos backups não está acessível. Confira se ela existe e pode ser gravada.',
  NOT_MOUNTED:
    'O disco da pasta dos backups não está montado, ou há outro no lugar dele. Nada foi criado ali. Monte-o, escolha outra pasta, ou use esta como nova.',
  NO_ANSWER:
    'A pasta dos backups não responde: o disco ou o compartilhamento de rede está ausente ou travado. Verifique-o, ou escolha outra pasta.',
  SOURCE_CORRUPT:
    'O banco de dados está danificado. Nenhum backup foi feito dele e nenhum anterior foi removido. Restaure o backup verificado mais novo.',
  SOURCE_EMPTY: 'O banco de dados não tem nenhuma tabela. Nenhum backup foi feito e nenhum foi removido.',
  NO_SECRET: 'Falta a senha ou a chave da criptografia. Informe-a, ou defina-a de novo na página de backups.',
  TRUNCATED: cutOff,
  ALTERED: changed,
  WRONG_PASSPHRASE: wrongPassphrase,
  KEY_NEEDED: keyNeeded,
  WRONG_KEY: wrongKey,
  BAD_KEY: 'Isto não é uma chave age. Uma linha dela começa com AGE-SECRET-KEY-1. Nada foi alterado.',
  NO_MEMORY:
    'A senha precisa de cerca de 290 MB de memória para virar uma chave, e não há tanta livre. Dê mais memória à máquina ou ao contêiner, feche outros programas ou criptografe para destinatários (chaves age), o que não precisa dela.',
  BAD_RECIPIENT:
    'Um dos destinatários age não é válido; um caractere pode estar errado. Copie-o de novo. Nenhum backup foi feito.',
  NOT_OURS: notOurs,
  MISMATCH: 'O arquivo não restaura o que foi salvo. Faça um novo backup agora.',
  MISSING: 'O arquivo não está lá ou não pode ser lido. Recarregue a lista.',
  DEADLINE: 'Demorou mais do que o permitido e foi interrompido. Tente de novo.',
  'backup-pinned': 'O backup não foi apagado: ele é mantido para sempre. Desmarque isso primeiro.',
  'backup-needed':
    'O backup não foi apagado: com ele a última restauração pode ser desfeita. Espere até essa data, ou ponha 0 nos dias para desfazer.',
  'backup-in-use': 'O backup não foi apagado: ele está sendo restaurado. Espere até o fim.',
  'backup-not-ours':
    'Este backup é de outra instalação, que usa a mesma pasta. Só ela decide sobre ele; aqui ele pode ser restaurado.',
  'backup-undeletable':
    'O arquivo não pode ser apagado. Veja as permissões dele e da pasta; no Linux, `lsattr` mostra se ele está protegido.',
  'backup-last-verified': 'O backup não foi apagado: é o último verificado. Faça outro primeiro.',
  'not-a-file': 'Isto não é um arquivo que possa ser lido. Escolha o próprio arquivo.',
  'inside-data-directory':
    'Este é um dos arquivos que o Whatslang está usando. Escolha um backup ou uma cópia em outra pasta.',
  empty: 'O arquivo está vazio. Escolha outro arquivo.',
  'unknown-kind': 'O arquivo não é um backup: contém outra coisa. Descompacte-o primeiro ou escolha outro arquivo.',
  damaged: 'O arquivo está danificado. Nada foi alterado. Escolha outro backup ou salve o que for legível.',
  truncated: cutOff,
  'too-large': 'O arquivo contém dados demais. Ele não foi aceito.',
  'too-much-compression': 'O arquivo descompacta para muito mais do que qualquer backup. Ele não foi aceito.',
  statement: 'O arquivo contém comandos que um backup simples não tem. Nada foi alterado.',
  schema: 'O arquivo contém tabelas que não podem ser aceitas. Nada foi alterado.',
  'newer-version': 'O arquivo foi escrito por um Whatslang mais novo. Instale essa versão e restaure com ela.',
  'wrong-passphrase': wrongPassphrase,
  'passphrase-needed': 'O arquivo está criptografado com uma senha. Informe a senha que valia quando ele foi feito.',
  'key-needed': keyNeeded,
  'wrong-key': wrongKey,
  row: 'Uma linha do arquivo não cabe na sua tabela. Nada foi alterado.',
  'not-ours': notOurs,
  IO: 'A leitura ou a gravação falhou. Veja as permissões da pasta e a saúde do disco, e tente de novo.',
  locked: 'Outro programa está usando a pasta de dados. Feche-o primeiro.',
  'older-version':
    'O banco de dados é de uma versão anterior. Inicie o Whatslang uma vez: ele faz um backup e o atualiza.',
  'migration-failed':
    'O banco de dados não pôde ser atualizado e está como estava. Inicie a versão anterior do Whatslang e informe o problema.',
  unreadable: 'O arquivo não pode ser lido por este usuário. Mude o dono ou as permissões e tente de novo.',
  'read-only-file': 'O arquivo não pode ser gravado. Nada foi alterado. Permita a gravação no arquivo e na pasta.',
  'read-only-folder': 'A pasta não pode ser gravada. Nada foi alterado. Permita a gravação na pasta.',
  'no-folder': 'A pasta não existe. Confira o caminho e se o disco está montado.',
  directory: 'Isto é uma pasta, e aqui é preciso um arquivo. Confira o caminho.',
  'empty-file': 'O arquivo está vazio e foi deixado como está. Restaure um backup.',
  'not-a-database': 'O arquivo não é um banco de dados SQLite. Ele foi deixado como está. Escolha outro arquivo.',
  'foreign-database': 'O arquivo é o banco de dados de outro programa. Ele foi deixado como está.',
  'python-database': 'O arquivo é do serviço em Python. Restaure-o para trazer os dados dele.',
  'schema-damaged':
    'As tabelas do banco de dados não são as que deveriam ser. Ele foi deixado como está. Restaure um backup.',
  'unsafe-sqlite': 'Esta versão do SQLite tem um erro que pode perder dados. Atualize o Whatslang.',
  'pragma-refused': 'O SQLite não aceitou uma configuração de segurança. Nada foi alterado. Informe o problema.',
  'import-failed': 'O arquivo do serviço em Python não pôde ser importado e está como estava.',
  'foreign-owner': 'O arquivo pertence a outro usuário e não é usado. Confira o dono dele.',
  'writable-by-others': 'Outros usuários podem alterar este arquivo, por isso ele não é usado. Mude as permissões.',
  'foreign-data-directory': 'A pasta de dados pertence a outro usuário. Use o usuário dela ou mude o dono.',
  'invalid-config-file': 'O config.yaml não pode ser lido. Corrija-o ou tire-o do lugar.',
  'invalid-environment': 'Uma variável de ambiente tem um valor que não pode ser usado. Corrija-a.',
  'missing-config-file': 'O arquivo de configuração indicado não existe. Confira o caminho.',
  'refused-config-file': 'O config.yaml não é usado: outros usuários podem alterá-lo. Mude o dono ou as permissões.',
  'refused-file': 'O arquivo não é usado: não é um arquivo comum, é grande demais, ou outros podem alterá-lo.',
  cancelled: 'Foi cancelado; nada foi alterado.',
  chat: 'Esta conversa não está aqui. Adicione-a, ou espere a primeira mensagem dela.',
  bot: 'Não há um bot com esse nome. A página Bots mostra os que existem.',
  backup: 'Não há um backup com esse nome. Recarregue a lista.',
  activity: 'Este registro não está mais aqui. Recarregue a lista.',
  encryption: 'Criptografe um backup para destinatários ou com uma senha, não os dois. Nenhum backup foi feito.',
  phone: 'Informe o número com o código do país, por exemplo +55 11 99999 0001.',
  confirmation: 'Nada foi apagado. Para apagar tudo, digite as palavras indicadas.',
  jid: 'O WhatsApp não tem esse endereço. Um endereço tem a forma 5511999990001@s.whatsapp.net.',
  'file picker': 'Só o programa de desktop tem um seletor de arquivos. Envie o arquivo pelo navegador.',
  'save dialog': 'Só o programa de desktop pode perguntar onde salvar. Baixe o arquivo pelo navegador.',
  name: 'Este nome pertence a um bot do catálogo. Escolha outro nome.',
  prefix: 'Este prefixo pertence a outro bot. Escolha outro.',
  rules: 'Uma das regras não pode ser usada. Confira a expressão; nada foi alterado.',
  'sign-in': 'Este dispositivo não está mais conectado aqui. Recarregue a lista.',
  desktop: 'Só o programa de desktop pode fazer isso. Aqui, use o navegador ou o terminal.',
}

const bot: Told['bot'] = {
  translation: { label: 'Tradução', description: 'Traduz entre inglês e português, nos dois sentidos.' },
  trilingual_en_pt_el: { label: 'Trilíngue', description: 'Traduz entre inglês, português e grego.' },
  joke: { label: 'Piada', description: 'Responde com uma piada curta sobre o que foi dito.' },
  health_coach: {
    label: 'Treinador de saúde',
    description: 'Conselhos do dia a dia sobre sono, movimento e alimentação. Não é médico.',
  },
  echo: {
    label: 'Eco',
    description: 'Repete o que ouve. Bom para um primeiro teste; não precisa de modelo.',
  },
  auto_reply: {
    label: 'Resposta automática',
    description: 'Responde a palavras-chave com textos fixos que você escreve. Não precisa de modelo.',
  },
}

const why: Told['why'] = {
  'command-line': '--data-dir indica a pasta.',
  environment: 'uma variável de ambiente (DB_PATH ou WHATSLANG_DATA_DIR) o indica.',
  'config-file': 'bot_settings.db_path em config.yaml o indica.',
  bootstrap: 'você moveu a pasta para lá.',
  default: 'está na pasta de dados padrão.',
}
export const told: Told = { reason, finding, failure, bot, why }
