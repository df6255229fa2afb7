"""What the rules look back on, as one transaction sees and changes it.

Read once for the known accounts of a batch, written once. Of strangers nothing is kept.
"""

from collections.abc import Collection
from datetime import datetime

from tornvakt.domains.alarms.models import AccountState, AreaState
from tornvakt.pure.triage import History, Occurrence, Rules


class Memory:
    """Histories of some accounts. Only the forwarder changes them, and it is alone."""

    def __init__(self, accounts: Collection[str]) -> None:
        self._states = {
            state.account: state for state in AccountState.objects.filter(account__in=accounts)
        }
        self._histories = {
            account: History.from_json(state.history) for account, state in self._states.items()
        }
        self._changed: dict[str, AccountState] = {}
        self._areas: dict[tuple[str, str], AreaState] = {}

    def history(self, account: str) -> History:
        """Return what an account said lately."""
        return self._histories.get(account) or History()

    def heard(self, account: str, history: History, at: datetime) -> None:
        """Keep a history with its newest signal."""
        state = self._states.get(account)
        if state is None:
            state = self._states[account] = AccountState(account=account, heard_at=at)
        state.heard_at = max(at, state.heard_at)
        self._histories[account] = history
        self._changed[account] = state

    def remember(self, account: str, history: History) -> None:
        """Keep a history of an account that was heard in this batch."""
        self._histories[account] = history

    def watch(self, account: str, said: Occurrence, area: str, rules: Rules) -> None:
        """Note what others wait for: a test signal, an area that was armed or disarmed."""
        codeword = f"{said.system}:{said.code}"
        if codeword in rules.test_codes and account in self._changed:
            self._changed[account].test_seen_at = said.at
        if said.qualifier in ("open", "close") and codeword not in rules.partial_codes:
            self._areas[account, area] = AreaState(
                account=account,
                area=area,
                is_open=said.qualifier == "open",
                changed_at=said.at,
                user=said.user,
            )

    def store(self) -> None:
        """Write what has changed: one statement for the accounts and one for the areas."""
        for account, state in self._changed.items():
            state.history = self._histories[account].as_json()
        if self._changed:
            # Always in the same order: two that upsert crosswise would wait for each other.
            AccountState.objects.bulk_create(
                [
                    AccountState(
                        account=state.account,
                        history=state.history,
                        heard_at=state.heard_at,
                        test_seen_at=state.test_seen_at,
                    )
                    for _, state in sorted(self._changed.items())
                ],
                update_conflicts=True,
                unique_fields=["account"],
                update_fields=["history", "heard_at", "test_seen_at"],
            )
        if self._areas:
            AreaState.objects.bulk_create(
                [state for _, state in sorted(self._areas.items())],
                update_conflicts=True,
                unique_fields=["account", "area"],
                update_fields=["is_open", "changed_at", "user"],
            )
