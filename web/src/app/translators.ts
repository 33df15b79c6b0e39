/**
 * Page translators put `<font>` elements into the place of text nodes. React goes on to change and to remove the nodes that it
 * made: it would fail at those that are not in the page any more, or what it changes in them would be seen by nobody. Here
 * each text that was replaced is remembered with what stands for it: what is done to the one is done to the other.
 */

/** Does so from now on, in this document. */
export function bearTranslators(root: Node = document): void {
  /** Text that was taken out -> what was put into its place. */
  const standIns = new WeakMap<Node, Element>();
  const { insertBefore, removeChild } = Node.prototype;

  const texts = new MutationObserver((records) => records.forEach(hear));
  const places = new MutationObserver((records) => records.forEach(note));
  const pending = () => places.takeRecords().forEach(note);

  function note({ addedNodes, removedNodes }: MutationRecord): void {
    const [text, standIn] = [removedNodes[0], addedNodes[0]];
    if (removedNodes.length !== 1 || addedNodes.length !== 1) return;
    if (!(text instanceof Text) || !(standIn instanceof HTMLElement) || standIn.localName !== 'font') return;
    standIns.set(text, standIn);
    texts.observe(text, { characterData: true });
  }

  /** The new words come into the page; a translator translates them anew. */
  function hear({ target }: MutationRecord): void {
    const standIn = standIns.get(target);
    if (standIn?.isConnected !== true || target.isConnected) return;
    standIns.delete(target);
    standIn.replaceWith(target);
  }

  /** What is in this place of `parent` for a node that is not in it any more. */
  const inPlaceOf = <T extends Node>(parent: Node, node: T): T | Element => {
    if (node.parentNode === parent) return node;
    pending();
    const standIn = standIns.get(node);
    return standIn?.parentNode === parent ? standIn : node;
  };

  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    const there = inPlaceOf(this, child);
    standIns.delete(child);
    removeChild.call(this, there);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    insertBefore.call(this, node, before === null ? null : inPlaceOf(this, before));
    return node;
  };
  places.observe(root, { childList: true, subtree: true });
}
