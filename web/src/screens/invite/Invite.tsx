import { Check, Copy, Share2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Page } from '../../ui/Page.tsx';
import { QrCode } from '../../ui/QrCode.tsx';
import { ReturnFocus } from '../../ui/ReturnFocus.tsx';
import { copyText } from '../chat/copy.ts';
import { useCommand } from '../duet.tsx';

interface InviteLink {
  readonly url: string;
  readonly name: string;
  readonly expiresAt: number;
}

export interface InviteProps {
  readonly onClose: () => void;
}

/** M2: a link and a code by which one can be found and known, for a day. */
export function Invite(props: InviteProps) {
  return (
    <ReturnFocus>
      <Link {...props} />
    </ReturnFocus>
  );
}

function Link({ onClose }: InviteProps) {
  const { t, format } = useWords();
  const run = useCommand();
  const [link, setLink] = useState<InviteLink | null>(null);
  const [copied, setCopied] = useState<'yes' | 'no' | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: one is made each time that this is opened.
  useEffect(() => {
    void run(async (client) => {
      const { text, name, expiresAt } = await client.invite();
      setLink({ url: `${location.origin}${location.pathname}#invite=${text}`, name, expiresAt });
    });
  }, []);

  const copy = async (url: string) => setCopied((await copyText(url)) ? 'yes' : 'no');

  return (
    <Page
      title={t.invite.title}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="invite-page"
    >
      <div className="max-w-100 space-y-4">
        <p className="text-ink-2">{t.invite.help}</p>
        {link === null ? (
          <p role="status" className="marking">
            {t.verify.loading}
          </p>
        ) : (
          <>
            <div className="flex flex-col items-center gap-4 rounded-card bg-wing p-4">
              <QrCode text={link.url} label={t.invite.code} />
              <p
                className="w-full select-all break-all font-mono text-xs"
                translate="no"
                data-testid="invite-link"
              >
                {link.url}
              </p>
            </div>
            <div className="flex flex-wrap gap-2">
              <Button
                look="primary"
                className="flex-1"
                icon={
                  copied === 'yes' ? (
                    <Check size={18} aria-hidden="true" />
                  ) : (
                    <Copy size={18} aria-hidden="true" />
                  )
                }
                onClick={() => copy(link.url)}
                data-testid="invite-copy"
              >
                {copied === 'yes' ? t.invite.copied : t.invite.copy}
              </Button>
              {'share' in navigator && (
                <Button
                  className="flex-1"
                  icon={<Share2 size={18} aria-hidden="true" />}
                  onClick={() =>
                    // Rejects where the person changes their mind.
                    navigator
                      .share({ title: t.invite.shareText(link.name), url: link.url })
                      .catch(() => undefined)
                  }
                >
                  {t.invite.share}
                </Button>
              )}
            </div>
            {copied === 'no' && (
              <p role="status" className="text-sm">
                {t.chat.acts.copyFailed}
              </p>
            )}
            <p className="text-ink-2 text-sm">
              {t.invite.until(format.date(link.expiresAt), format.time(link.expiresAt))} {t.invite.careful}
            </p>
          </>
        )}
      </div>
    </Page>
  );
}
