using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Operations;

/// <summary>What an agent remembers of idempotency keys is bounded in number and in time.</summary>
public sealed class OperationWindowTests
{
    [Fact]
    public void the_newest_hundred_thousand_operations_are_remembered_and_no_more()
    {
        var window = new OperationWindow();
        var now = HybridTimestamp.FromMilliseconds(1_000_000);
        for (var i = 1; i <= Limits.OperationsRememberedMax + 1; i++)
        {
            window.Add(Entry(i, now));
        }

        Assert.Equal(Limits.OperationsRememberedMax, window.Count);
        Assert.False(window.TryFind("1", now, out _));
        Assert.True(window.TryFind("2", now, out var oldest));
        Assert.Equal(2, oldest.Sequence);
    }

    [Fact]
    public void an_operation_is_forgotten_after_a_day()
    {
        var window = new OperationWindow();
        var day = (long)TimeSpan.FromHours(24).TotalMilliseconds;
        window.Add(Entry(1, HybridTimestamp.FromMilliseconds(1_000)));
        Assert.True(window.TryFind("1", HybridTimestamp.FromMilliseconds(1_000 + day), out _));
        Assert.False(window.TryFind("1", HybridTimestamp.FromMilliseconds(1_001 + day), out _));

        window.Add(Entry(2, HybridTimestamp.FromMilliseconds(1_001 + day)));
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public void a_key_that_comes_again_after_its_time_stands_for_the_new_operation()
    {
        var window = new OperationWindow();
        var day = (long)TimeSpan.FromHours(24).TotalMilliseconds;
        window.Add(Entry(1, HybridTimestamp.FromMilliseconds(1_000)));
        window.Add(Entry(9, HybridTimestamp.FromMilliseconds(2_000 + day), key: "1"));
        Assert.True(window.TryFind("1", HybridTimestamp.FromMilliseconds(2_000 + day), out var found));
        Assert.Equal(9, found.Sequence);
    }

    private static OperationEntry Entry(long sequence, HybridTimestamp time, string? key = null) =>
        new(key ?? sequence.ToString(), new byte[16], default, sequence, time, default);
}
