using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Hosting;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Health;

/// <summary>What is answered while the database opens.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task live_answers_and_data_waits_until_the_database_is_open()
    {
        var folder = Directory.CreateTempSubdirectory("ot-opening-").FullName;
        using var clock = new StoppedClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOrleansTemporal(new TemporalOptions { DataDirectory = folder, Time = clock });
        await using (var app = builder.Build())
        {
            app.MapOrleansTemporal();
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            (await AskAsync("/health/ready")).IsProblem(503, "not_ready");
            (await AskAsync("/v1/default/kv/users/a")).IsProblem(503, "not_ready");
            (await AskAsync("/v1")).IsProblem(503, "not_ready");
            Assert.Equal(200, (await AskAsync("/health/live")).Status);
            Assert.Contains("not ready", (await AskAsync("/")).Text, StringComparison.Ordinal);
            Assert.Equal(200, (await AskAsync("/openapi/v1.json")).Status);
            clock.Go();
            await Eventually.HoldsAsync("the database is open", async () => (await AskAsync("/health/ready")).Status == 200);
            await app.StopAsync();

            async Task<Answer> AskAsync(string path)
            {
                using var response = await client.GetAsync(path);
                return await Answer.ReadAsync(response);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A clock that answers nobody until it goes, so that whatever asks it waits.</summary>
    private sealed class StoppedClock : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim going = new();

        public void Go() => going.Set();

        public override DateTimeOffset GetUtcNow()
        {
            going.Wait();
            return base.GetUtcNow();
        }

        public override long GetTimestamp()
        {
            going.Wait();
            return base.GetTimestamp();
        }

        public void Dispose()
        {
            going.Set();
            going.Dispose();
        }
    }
}
