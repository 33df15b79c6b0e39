import { useWords } from '../../i18n/index.tsx';
import { Page } from '../../ui/Page.tsx';
import { useDuet } from '../duet.tsx';
import { ForGood } from '../sign-in/ForGood.tsx';

/** A3: the end of an account, for those who have read what it means. */
export function DeleteAccount({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const { client } = useDuet();
  return (
    <Page
      title={t.deletion.title}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="delete-account-page"
    >
      <ForGood
        name={name}
        act={(password) => client.deleteAccount({ password })}
        words={{
          warning: t.deletion.forGood,
          understood: t.deletion.understood,
          submit: t.deletion.submit,
        }}
        testId="delete"
        className="max-w-120"
        before={<p>{t.deletion.help}</p>}
      />
    </Page>
  );
}
