using System.Runtime.InteropServices;

namespace EdgeNode.Sync.Io;

/// <summary>
/// libmosquitto 2.0 (Debian's libmosquitto1) as its header declares it. The library is loaded at the first call, so commands without
/// links run on a machine that lacks it. Names are the library's.
/// </summary>
internal static unsafe partial class MosquittoNative
{
    public const int Success = 0;
    public const int ErrorSystem = 14; // MOSQ_ERR_ERRNO
    public const int ErrorKeepAlive = 19; // MOSQ_ERR_KEEPALIVE; 2.0.11 has no words for it
    public const int OptionSendMaximum = 5;
    public const int OptionTcpNoDelay = 11;
    public const int VerifyPeer = 1;
    public const int LogError = 8;
    public const int QosAtLeastOnce = 1;
    public const int SubscribeRefused = 128;

    private const string Library = "libmosquitto.so.1";

    /// <summary>Mirrors struct mosquitto_message; topic and payload live only as long as the callback that brought them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public int Id;
        public byte* Topic;
        public byte* Payload;
        public int PayloadLength;
        public int Qos;
        public byte Retain;
    }

    [LibraryImport(Library)]
    public static partial int mosquitto_lib_init();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mosquitto_new(string id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint userdata);

    [LibraryImport(Library)]
    public static partial void mosquitto_destroy(nint client);

    [LibraryImport(Library)]
    public static partial int mosquitto_int_option(nint client, int option, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_username_pw_set(nint client, string user, string password);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_tls_set(
        nint client,
        string caFile,
        string? caPath,
        string? certFile,
        string? keyFile,
        nint passwordCallback
    );

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_tls_opts_set(nint client, int requirements, string version, string? ciphers);

    [LibraryImport(Library)]
    public static partial int mosquitto_tls_insecure_set(nint client, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_will_set(
        nint client,
        string topic,
        int length,
        byte* payload,
        int qos,
        [MarshalAs(UnmanagedType.U1)] bool retain
    );

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int mosquitto_connect_async(nint client, string host, int port, int keepAliveSeconds);

    [LibraryImport(Library)]
    public static partial int mosquitto_disconnect(nint client);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_publish(
        nint client,
        int* messageId,
        string topic,
        int length,
        byte* payload,
        int qos,
        [MarshalAs(UnmanagedType.U1)] bool retain
    );

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_subscribe(nint client, int* messageId, string filter, int qos);

    [LibraryImport(Library)]
    public static partial int mosquitto_socket(nint client);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool mosquitto_want_write(nint client);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mosquitto_loop_read(nint client, int packets);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mosquitto_loop_write(nint client, int packets);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mosquitto_loop_misc(nint client);

    [LibraryImport(Library)]
    public static partial nint mosquitto_strerror(int code);

    [LibraryImport(Library)]
    public static partial nint mosquitto_connack_string(int code);

    [LibraryImport(Library)]
    public static partial void mosquitto_connect_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, int, void> callback
    );

    [LibraryImport(Library)]
    public static partial void mosquitto_disconnect_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, int, void> callback
    );

    [LibraryImport(Library)]
    public static partial void mosquitto_publish_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, int, void> callback
    );

    [LibraryImport(Library)]
    public static partial void mosquitto_message_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, Message*, void> callback
    );

    [LibraryImport(Library)]
    public static partial void mosquitto_subscribe_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, void> callback
    );

    [LibraryImport(Library)]
    public static partial void mosquitto_log_callback_set(
        nint client,
        delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> callback
    );
}
