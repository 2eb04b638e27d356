using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Http.Tests.Testing;

/// <summary>The front end on a real Kestrel at a free port, over a database in a folder of its own.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ot-http-").FullName;
    private readonly Action<OrleansTemporalHttpOptions> configure;
    private bool expectReady = true;
    private bool isComposed = true;
    private WebApplication? app;

    /// <summary>A server with the default limits.</summary>
    public TestServer()
        : this(static _ => { })
    {
    }

    private TestServer(Action<OrleansTemporalHttpOptions> configure) => this.configure = configure;

    /// <summary>Puts another kind of host under the front end; these tests are run against a silo, too.</summary>
    public static Action<WebApplicationBuilder, TemporalOptions>? Compose { get; set; }

    /// <summary>Sends requests to the server.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>The services of the server.</summary>
    public IServiceProvider Services => app!.Services;

    /// <summary>Folder of the data.</summary>
    public string DataDirectory => Path.Combine(folder, "data");

    /// <summary>Starts a server with limits of its own.</summary>
    public static async Task<TestServer> StartAsync(Action<OrleansTemporalHttpOptions> configure, bool expectReady = true, bool isComposed = true)
    {
        var server = new TestServer(configure) { expectReady = expectReady, isComposed = isComposed };
        await server.InitializeAsync();
        return server;
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var limits = new OrleansTemporalHttpOptions();
        configure(limits);
        var options = new TemporalOptions { DataDirectory = DataDirectory };
        if (isComposed)
        {
            Compose?.Invoke(builder, options);
        }

        builder.Services.AddOrleansTemporal(options, limits);
        app = builder.Build();
        app.MapOrleansTemporal();
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        EndPoint = new IPEndPoint(IPAddress.Loopback, address.Port);
        Client = new HttpClient { BaseAddress = address };

        // A server whose limits are reached from the start never gets ready, but its database opens all the same.
        await Eventually.HoldsAsync("the database is open", async () =>
            (await Client.GetAsync(expectReady ? "/health/ready" : "/v1")).IsSuccessStatusCode);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Client.Dispose();
        await app!.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Sends a request with a body of JSON text and any headers.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Sends a request and expects a status.</summary>
    public async Task<Answer> ExpectAsync(int status, string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        var answer = await SendAsync(method, path, body, headers);
        Assert.True(status == answer.Status, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer;
    }

    /// <summary>Sends a request and expects a problem with a status and code.</summary>
    public async Task<Answer> ExpectProblemAsync(int status, string code, string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        var answer = await ExpectAsync(status, method, path, body, headers);
        answer.IsProblem(status, code);
        return answer;
    }
}
