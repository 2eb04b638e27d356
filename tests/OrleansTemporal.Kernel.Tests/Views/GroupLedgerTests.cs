using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Queries;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Kernel.Tests.Views;

public class GroupLedgerTests
{
    private static readonly ImmutableArray<AggregateField> All =
    [
        new("n", AggregateKind.Count, "*"), new("c", AggregateKind.Count, "v"), new("s", AggregateKind.Sum, "v"), new("m", AggregateKind.Avg, "v"),
        new("lo", AggregateKind.Min, "v"), new("hi", AggregateKind.Max, "v"), new("d", AggregateKind.Distinct, "v"),
    ];

    // Goal: whatever comes and goes, a ledger says what a table says that was made of the documents that are in.
    [Fact]
    public void a_ledger_says_what_a_table_of_the_documents_that_are_in_says() => Seeds.Each(300, random =>
    {
        var generator = new QueryGenerator(random);
        ImmutableArray<string> by = random.Next(2) == 0 ? [] : ["g"];
        var ledger = new GroupLedger(by, All);
        var held = new List<(byte[] Document, GroupContribution Contribution)>();
        for (var step = 0; step < 60; step++)
        {
            if (held.Count > 0 && random.Next(5) < 2)
            {
                var gone = random.Next(held.Count);
                ledger.Remove(held[gone].Contribution);
                held.RemoveAt(gone);
            }
            else
            {
                var value = random.Next(3) == 0 ? Encoding.UTF8.GetString(generator.Document(1)) : $"{random.Next(-5, 5)}.{random.Next(3)}e{random.Next(-2, 3)}";
                var document = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes($$"""{"g":{{random.Next(3)}},"v":{{value}}}"""));
                held.Add((document, ledger.Add(document)));
            }

            var table = new GroupTable(by, All, new QueryMemory());
            held.ForEach(one => table.Add(one.Document));
            var again = new GroupTable(by, All, new QueryMemory());
            foreach (var state in ledger.ToStates())
            {
                again.Add(state);
            }

            Assert.Equal(table.ToRows().Select(Encoding.UTF8.GetString), again.ToRows().Select(Encoding.UTF8.GetString));
        }
    });

    [Fact]
    public void what_a_query_refuses_a_ledger_refuses_until_it_is_gone()
    {
        var ledger = new GroupLedger([], [new AggregateField("s", AggregateKind.Sum, "v")]);
        var held = ledger.Add("""{"v":1e2000}"""u8);
        Assert.Equal(ErrorCodes.InvalidField, Assert.Throws<TemporalException>(() => ledger.ToStates().ToList()).Code);
        ledger.Add("""{"v":2}"""u8);
        ledger.Remove(held);
        Assert.Equal("2", Encoding.UTF8.GetString(ledger.ToStates().Single().States[0].Sum.Span));

        var many = new GroupLedger(["v"], []);
        var contributions = Enumerable.Range(0, Limits.QueryGroupsMax + 1).Select(i => many.Add(Encoding.ASCII.GetBytes($$"""{"v":{{i}}}"""))).ToList();
        Assert.Equal(ErrorCodes.QueryTooLarge, Assert.Throws<TemporalException>(() => many.ToStates().ToList()).Code);
        many.Remove(contributions[0]);
        Assert.Equal(Limits.QueryGroupsMax, many.ToStates().Count());

        var distinct = new GroupLedger([], [new AggregateField("d", AggregateKind.Distinct, "v")]);
        contributions = [.. Enumerable.Range(0, Limits.QueryDistinctMax + 1).Select(i => distinct.Add(Encoding.ASCII.GetBytes($$"""{"v":{{i}}}""")))];
        Assert.Equal(ErrorCodes.QueryTooLarge, Assert.Throws<TemporalException>(() => distinct.ToStates().ToList()).Code);
        distinct.Remove(contributions[0]);
        Assert.Equal(Limits.QueryDistinctMax, distinct.ToStates().Single().States[0].Values.Length);
    }
}
