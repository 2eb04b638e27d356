using System.Diagnostics;
using System.Net.Sockets;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Storage.Blobs;

namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>
/// The emulator of Azure Blob Storage as a process of its own, with a folder of its own. <c>./test</c> installs it below the
/// user's cache folder; <c>OT_AZURITE</c> names another folder with its <c>node_modules</c>.
/// </summary>
internal sealed class Azurite : IAsyncDisposable
{
    private const string Script = "node_modules/azurite/dist/src/blob/main.js";
    private const string DurableScript = "tests/OrleansTemporal.Storage.Azure.Tests/Emulation/durable.js";
    private const int SignalTerminate = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ot-azurite-{Guid.NewGuid():n}");
    private readonly int _port = FreePort();
    private readonly bool _isDurable;
    private readonly bool _isSecure;
    private Process? _process;

    /// <summary>Where it is installed; null when it is not.</summary>
    public static string? Installed { get; } =
        Path.Combine(Environment.GetEnvironmentVariable("OT_AZURITE") ?? Path.Combine(CacheFolder, "orleanstemporal", "azurite"), Script) is var script && File.Exists(script) ? script : null;

    private static string CacheFolder => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private Azurite(bool isDurable, bool isSecure) => (_isDurable, _isSecure) = (isDurable, isSecure);

    /// <summary>The certificate of one that takes tokens; whoever talks to it has to trust it.</summary>
    public string CertificateFile => Path.Combine(_folder, "certificate.pem");

    /// <summary>The certificate's key.</summary>
    public string KeyFile => Path.Combine(_folder, "key.pem");

    /// <summary>Its address, as a service has one.</summary>
    public string ServiceUri => $"{(_isSecure ? "https" : "http")}://127.0.0.1:{_port}/devstoreaccount1";

    public string ConnectionString =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"BlobEndpoint=http://127.0.0.1:{_port}/devstoreaccount1;";

    /// <summary>Starts it on a free port and an empty folder.</summary>
    /// <param name="isDurable">Whether what it acknowledges survives that it is killed, as with the service; slower.</param>
    /// <param name="isSecure">Whether it is asked over TLS and takes the tokens of identities.</param>
    public static async Task<Azurite> StartAsync(bool isDurable = false, bool isSecure = false)
    {
        var azurite = new Azurite(isDurable, isSecure);
        Directory.CreateDirectory(azurite._folder);
        if (isSecure)
            azurite.MakeCertificate();
        await azurite.BeginAsync();
        return azurite;
    }

    /// <summary>A container that nobody else uses.</summary>
    public async Task<BlobContainerClient> MakeContainerAsync()
    {
        var container = Container($"t{Guid.NewGuid():n}");
        await container.CreateAsync();
        return container;
    }

    public BlobContainerClient Container(string name)
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        return new BlobServiceClient(ConnectionString, options).GetBlobContainerClient(name);
    }

    /// <summary>
    /// Ends the process while requests are on their way. The emulator writes its tables down every five seconds and when it
    /// is asked to end, so it is asked: killed, it would forget what it has acknowledged, which the service never does.
    /// </summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            _ = Signal(process.Id, SignalTerminate);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Ends the process at whatever instruction it is at. Unless it is durable it forgets what it has acknowledged in the last seconds.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same folder and port.</summary>
    public async Task BeginAsync()
    {
        var start = new ProcessStartInfo("node") { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] preload = _isDurable ? ["--require", TestRepository.PathOf(DurableScript)] : [];
        string[] secure = _isSecure ? ["--oauth", "basic", "--cert", CertificateFile, "--key", KeyFile] : [];
        foreach (var argument in (string[])
        [
            .. preload, Installed!, .. secure, "--blobHost", "127.0.0.1", "--blobPort", $"{_port}", "--location", _folder, "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true });
        await Eventually.HoldsAsync("the emulator answers", async () =>
        {
            try
            {
                using var answer = await http.GetAsync($"{ServiceUri}?comp=list");
                return true;
            }
            catch (HttpRequestException)
            {
                Assert.False(_process.HasExited, "The emulator has ended.");
                return false;
            }
        }, StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void MakeCertificate()
    {
        using var key = RSA.Create(2_048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
