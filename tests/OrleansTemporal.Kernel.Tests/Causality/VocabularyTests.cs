using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

/// <summary>The words of the specification, each once: names of the roots, and verbs of the actions.</summary>
public sealed class VocabularyTests
{
    [Fact]
    public void every_root_has_one_name() => Assert.Equal(
        [
            "FIELD", "ORCHESTRATOR", "STORAGE", "TEMPERATURE", "CHRONICLE", "ARCHIVE", "ESSENCE", "SLEEP", "EVOLUTION", "LINEAGE",
            "PERSPECTIVE", "IDENTITY", "NETWORK", "WORKSPACE", "VECTOR", "LIFECYCLE", "SESSION", "SUBSCRIPTION", "PROCESS", "RECONCILIATION",
        ],
        Enum.GetValues<CanonicalRoot>().Select(CanonicalRoots.NameOf));

    // Verbs are stored by number, so their order counts as much as their names.
    [Theory]
    [InlineData(ActionKind.Storage, "store retrieve history query delete")]
    [InlineData(ActionKind.Temperature, "heat cool access evict define")]
    [InlineData(ActionKind.Chronicle, "record recall promote demote delete")]
    [InlineData(ActionKind.Archive, "epochStart epochSeal compress retrieve archive")]
    [InlineData(ActionKind.Essence, "extractTopology synthesizeDNA regenerate storeGenome")]
    [InlineData(ActionKind.Sleep, "enterPhase consolidate dream wake")]
    [InlineData(ActionKind.Evolution, "evaluateFitness select preserve archive")]
    [InlineData(ActionKind.Lineage, "recordBirth traceAncestors traceDescendants findCommonAncestor")]
    [InlineData(ActionKind.Perspective, "formView refresh compose project")]
    [InlineData(ActionKind.Identity, "mineIdentity authenticate grantCapability verifyAccess")]
    [InlineData(ActionKind.Network, "join synchronize reconcile broadcast gossip")]
    [InlineData(ActionKind.Pulse, "registerAgent unregisterAgent triggerPulse")]
    [InlineData(ActionKind.Workspace, "remember recall consolidate search")]
    [InlineData(ActionKind.Vector, "embed search index")]
    [InlineData(ActionKind.Lifecycle, "evaluateAccess promote demote transition updateThresholds consolidate extractGenome")]
    [InlineData(ActionKind.Session, "create validate refresh invalidate rotateKeys cleanupExpired revokeAllForIdentity")]
    [InlineData(ActionKind.Subscription, "subscribe unsubscribe notify update list get")]
    [InlineData(ActionKind.Process, "spawn pause resume terminate heartbeat getStatus list")]
    [InlineData(ActionKind.Reconciliation, "startSync exchangeRoots requestDifferences applyDelta resolveConflict completeSync getSyncStatus")]
    public void verbs_of_an_action_keep_their_numbers(ActionKind action, string verbs)
    {
        var expected = verbs.Split(' ');
        Assert.Equal(expected, ActionVerbs.Of(action).Take(expected.Length));
    }
}
