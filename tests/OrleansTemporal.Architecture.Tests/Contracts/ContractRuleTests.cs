using System.Collections.Immutable;

namespace OrleansTemporal.Architecture.Tests.Contracts;

/// <summary>Every way to leave the shape of a grain is found.</summary>
public class ContractRuleTests
{
    public static TheoryData<Type, string> Broken => new()
    {
        { typeof(IWithProperty), "is a property" },
        { typeof(IWithEvent), "is an event" },
        { typeof(IWithGenericMethod), "is generic" },
        { typeof(ISynchronous), "returns Int32" },
        { typeof(IWithoutToken), "no CancellationToken" },
        { typeof(ITokenFirst), "no CancellationToken" },
        { typeof(IWithReference), "by reference" },
        { typeof(IWithSpan), "can change" },
        { typeof(IWithDelegate), "can change" },
        { typeof(IWithArray), "can change" },
        { typeof(IWithList), "not a type of Abstractions" },
        { typeof(IWithEnumerable), "can change" },
        { typeof(IReturnsArray), "can change" },
        { typeof(IReturnsMutableRecord), "Name can be set" },
        { typeof(IReturnsOpenRecord), "not sealed" },
        { typeof(IReturnsNestedArray), "Inner: Byte[]" },
        { typeof(IReturnsMutableCase), "Name can be set" },
        { typeof(IReturnsMutableStruct), "Value can be set" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void broken_contract_is_found(Type contract, string fault) =>
        Assert.Contains(ContractRules.Violations(contract), violation => violation.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void sound_contract_passes() => Assert.Empty(ContractRules.Violations(typeof(ISound)));

    private interface IWithProperty { int Count { get; } }

    private interface IWithEvent { event EventHandler Changed; }

    private interface IWithGenericMethod { Task RunAsync<T>(CancellationToken stop); }

    private interface ISynchronous { int Run(CancellationToken stop); }

    private interface IWithoutToken { Task RunAsync(); }

    private interface ITokenFirst { Task RunAsync(CancellationToken stop, int count); }

    private interface IWithReference { Task RunAsync(in long sequence, CancellationToken stop); }

    private interface IWithSpan { Task RunAsync(ReadOnlySpan<byte> bytes, CancellationToken stop); }

    private interface IWithDelegate { Task RunAsync(Action action, CancellationToken stop); }

    private interface IWithArray { Task RunAsync(byte[] bytes, CancellationToken stop); }

    private interface IWithList { Task RunAsync(List<int> numbers, CancellationToken stop); }

    private interface IWithEnumerable { Task RunAsync(IEnumerable<int> numbers, CancellationToken stop); }

    private interface IReturnsArray { Task<byte[]> RunAsync(CancellationToken stop); }

    private interface IReturnsMutableRecord { ValueTask<MutableRecord> RunAsync(CancellationToken stop); }

    private interface IReturnsOpenRecord { IAsyncEnumerable<OpenRecord> RunAsync(CancellationToken stop); }

    private interface IReturnsNestedArray { Task<ImmutableArray<NestedArray>> RunAsync(CancellationToken stop); }

    private interface IReturnsMutableCase { Task<Hierarchy> RunAsync(CancellationToken stop); }

    private interface IReturnsMutableStruct { Task<MutableStruct?> RunAsync(CancellationToken stop); }

    private interface ISound
    {
        Task RunAsync(string name, long? count, ReadOnlyMemory<byte> bytes, ImmutableArray<SoundRecord> records, CancellationToken stop);

        ValueTask<SoundRecord?> ReadAsync(SoundStruct id, DayOfWeek day, CancellationToken stop);

        IAsyncEnumerable<SoundHierarchy> WatchAsync(CancellationToken stop);
    }

    private sealed record MutableRecord { public string Name { get; set; } = ""; }

    private record OpenRecord(string Name);

    private sealed record NestedArray(byte[] Inner);

    private abstract record Hierarchy;

    private sealed record HierarchyCase : Hierarchy { public string Name { get; set; } = ""; }

    private struct MutableStruct { public int Value { get; set; } }

    private sealed record SoundRecord(string Name, SoundRecord? Parent) { public required SoundStruct Id { get; init; } }

    private readonly record struct SoundStruct(ulong High, ulong Low);

    private abstract record SoundHierarchy;

    private sealed record SoundCase(ImmutableSortedDictionary<string, double> Numbers) : SoundHierarchy;
}
