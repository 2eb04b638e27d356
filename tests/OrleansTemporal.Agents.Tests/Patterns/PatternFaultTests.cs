using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Patterns;

/// <summary>Goal: a pattern that can not go on keeps no other from going on.</summary>
public sealed class PatternFaultTests
{
    private const long Second = 1_000_000_000;

    private static readonly PatternDefinition High = new()
    {
        Kind = PatternKind.Threshold,
        First = new PatternCondition { Stream = "cpu", Field = "usage", Gt = 0.9 },
        Within = 10 * Second,
        On = ["host"],
    };

    [Fact]
    public async Task a_workspace_that_takes_no_alerts_keeps_no_other_from_its_own()
    {
        await using var store = await HeldStore.OpenAsync(parts: new HeldStoreParts { Authorizer = new NoAlertsAuthorizer("bad") });
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "bad" }, CancellationToken.None);
        foreach (var workspace in new[] { "bad", "default" })
        {
            await store.Database.Patterns.PutAsync(CallContext.Local, workspace, "p", High, CancellationToken.None);
            await WriteAsync(store, workspace, "a");
        }

        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(ErrorCodes.Forbidden, (await Assert.ThrowsAsync<TemporalException>(() => store.Database.LookForPatternsAsync(CancellationToken.None).AsTask())).Code);
        }

        Assert.Equal(1, await CountAsync(store, "default"));
    }

    [Fact]
    public async Task a_match_whose_tags_leave_no_room_for_an_alert_is_passed_over()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Patterns.PutAsync(CallContext.Local, "default", "p", High, CancellationToken.None);
        await WriteAsync(store, "default", new string('x', Limits.KeyBytesMax - "host=,usage".Length - 4));
        await WriteAsync(store, "default", "b");
        await store.Database.LookForPatternsAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync(store, "default"));
    }

    private static async Task WriteAsync(HeldStore store, string workspace, string host)
    {
        var batch = new SeriesBatch();
        batch.Add(SeriesTags.Of([new("host", host)]), "usage", new EventTime(100 * Second), 1);
        await store.Database.Series("cpu", workspace).WriteAsync(batch);
    }

    private static async Task<int> CountAsync(HeldStore store, string workspace) =>
        (await store.Database.Series("alerts", workspace).ReadAsync(new SeriesSelector { Field = "value" }, 100)).Rows.Length;

    private sealed class NoAlertsAuthorizer(string workspace) : IAuthorizer
    {
        public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken) =>
            new(!(resource.Workspace == workspace && resource.Name == "alerts" && verb == Verb.Write));
    }
}
