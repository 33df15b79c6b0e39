import { useWords } from '../../i18n/index.tsx';
import { Page } from '../../ui/Page.tsx';
import { useDuet } from '../duet.tsx';
import { ForGood } from '../sign-in/ForGood.tsx';

/** A3: the end of an account, for those who have read what it means. */
export function DeleteAccount({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const { client, memory } = useDuet();
  /** This device forgets everybody, also those who were muted. */
  const act = async (password: string) => {
    const { muted } = memory.getState();
    memory.setState({ muted: new Set() });
    try {
      await client.deleteAccount({ password });
    } catch (error) {
      memory.setState({ muted });
      throw error;
    }
  };
  return (
    <Page
      deep={true}
      title={t.deletion.title}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="delete-account-page"
    >
      <ForGood
        name={name}
        act={act}
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
