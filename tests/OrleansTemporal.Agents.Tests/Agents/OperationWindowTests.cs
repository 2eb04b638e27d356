using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Agents;

public sealed class OperationWindowTests
{
    [Fact]
    public void the_newest_hundred_thousand_operations_are_remembered()
    {
        var window = new OperationWindow();
        for (var i = 1; i <= Limits.OperationsRememberedMax + 5; i++)
        {
            window.Add(Entry(i, i));
        }

        Assert.Equal(Limits.OperationsRememberedMax, window.Count);
        var now = HybridTimestamp.FromMilliseconds(Limits.OperationsRememberedMax);
        Assert.False(window.TryFind("key 5", now, out _));
        Assert.True(window.TryFind("key 6", now, out var oldest));
        Assert.Equal(6, oldest.Sequence);
        Assert.True(window.TryFind($"key {Limits.OperationsRememberedMax + 5}", now, out _));
    }

    [Fact]
    public void a_day_later_an_operation_is_forgotten_even_if_nothing_came_since()
    {
        var window = new OperationWindow();
        window.Add(Entry(1, 1_000));
        var day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
        Assert.True(window.TryFind("key 1", HybridTimestamp.FromMilliseconds(1_000 + day), out _));
        Assert.False(window.TryFind("key 1", HybridTimestamp.FromMilliseconds(1_001 + day), out _));
    }

    [Fact]
    public void a_key_that_is_used_again_is_not_forgotten_with_its_first_use()
    {
        var window = new OperationWindow();
        var day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
        window.Add(Entry(1, 1_000));
        window.Add(Entry(2, 1_500 + day) with { Key = "key 1" });
        Assert.True(window.TryFind("key 1", HybridTimestamp.FromMilliseconds(1_500 + day), out var entry));
        Assert.Equal((2, 1), (entry.Sequence, window.Count));
    }

    private static OperationEntry Entry(long sequence, long milliseconds) =>
        new($"key {sequence}", default, default, sequence, HybridTimestamp.FromMilliseconds(milliseconds), default);
}
